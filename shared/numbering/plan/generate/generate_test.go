package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
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

// TestReleaseIsTold wants CONTRIBUTING.md to speak of the version of phonenumbers that is linked, so
// that an update of it makes somebody look up which release of libphonenumber it has.
func TestReleaseIsTold(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..", "..", "..")
	module, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	told, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	linked := regexp.MustCompile(`nyaruka/phonenumbers (v[0-9.]+)`).FindSubmatch(module)
	if linked == nil || !regexp.MustCompile(`libphonenumber [0-9.]+, which\s+.phonenumbers. `+regexp.QuoteMeta(string(linked[1]))).Match(told) {
		t.Errorf("CONTRIBUTING.md does not say which libphonenumber phonenumbers %s has", linked)
	}
}
