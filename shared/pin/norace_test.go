//go:build !race

package pin_test

// mostStates bounds no exploration.
const mostStates = 0
