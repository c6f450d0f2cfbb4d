//go:build race

package api_test

// The race detector makes each input ten times as dear.
func init() { randomInputs = 20_000 }
