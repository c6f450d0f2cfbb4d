package e2e_test

import (
	"os"
	"path/filepath"
	"testing"
)

// TestMain removes the program that tests of the process built.
func TestMain(m *testing.M) {
	code := m.Run()
	if built.program != "" {
		_ = os.RemoveAll(filepath.Dir(built.program))
	}
	os.Exit(code)
}
