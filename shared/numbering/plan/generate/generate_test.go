package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestTablesAreGenerated fails when the metadata have changed and `go generate
// ./shared/numbering/plan` has not been run.
func TestTablesAreGenerated(t *testing.T) {
	t.Parallel()
	files, err := generate()
	if err != nil || len(files) != 2 {
		t.Fatal(len(files), err)
	}
	for name, want := range files {
		if got, err := os.ReadFile(filepath.Join("..", name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what go generate writes: %v", name, err)
		}
	}
}
