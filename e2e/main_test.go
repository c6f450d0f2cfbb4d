package e2e_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestMain fails when a log gave something away.
func TestMain(m *testing.M) {
	code := m.Run()
	if len(logs.leaks) > 0 {
		fmt.Fprintf(os.Stderr, "FAIL: of %d log lines, these give something away:\n%s", logs.lines, strings.Join(logs.leaks, ""))
		code = 1
	}
	os.Exit(code)
}
