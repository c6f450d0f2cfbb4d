//go:build race

package pin_test

// raced says that the race detector looks on, which finds nothing in what takes turns.
const raced = true

// mostStates bounds each exploration (see TestEverySchedule).
const mostStates = 100
