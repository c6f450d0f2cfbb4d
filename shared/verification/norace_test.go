//go:build !race

package verification_test

// raced says that the race detector looks on.
const raced = false

// mostStates bounds no exploration.
const mostStates = 0
