//go:build !race

package pin_test

// raced says that the race detector looks on.
const raced = false

// mostStates bounds no exploration.
const mostStates = 0
