//go:build race

package pin_test

// mostStates bounds each exploration (see TestEverySchedule).
const mostStates = 100
