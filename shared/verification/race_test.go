//go:build race

package verification_test

// raced says that the race detector looks on, which finds nothing in what takes turns.
const raced = true

// mostStates bounds each exploration (see TestEverySchedule).
const mostStates = 100
