//go:build race

package plan_test

// each is how many numbers are made of a plan: few beside the race detector, under which each takes
// long.
const each = 100
