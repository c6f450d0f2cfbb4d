//go:build !race

package plan_test

// each is how many numbers are made of a plan.
const each = 1000
