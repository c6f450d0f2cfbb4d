package bundle

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestProgramsOfOneCodeAreEqual builds a function at two commits that differ in the README alone.
// Programs that differ would be published and shifted traffic to, function by function.
func TestProgramsOfOneCodeAreEqual(t *testing.T) {
	t.Parallel()
	checkout := filepath.Join(t.TempDir(), "checkout")
	in := func(program string, args ...string) {
		t.Helper()
		command := exec.Command(program, args...)
		command.Dir = checkout
		command.Env = append(os.Environ(), "GOFLAGS=-buildvcs=true", "GIT_AUTHOR_NAME=test", "GIT_AUTHOR_EMAIL=test@example.com",
			"GIT_COMMITTER_NAME=test", "GIT_COMMITTER_EMAIL=test@example.com")
		mustRun(t, command)
	}
	for _, part := range []string{"functions/unmatched", "shared"} {
		if err := os.CopyFS(filepath.Join(checkout, part), os.DirFS(filepath.Join(Root(), part))); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"Makefile", "infra/once.sh", "go.mod", "go.sum", "README.md"} {
		text, err := os.ReadFile(filepath.Join(Root(), file))
		if err != nil {
			t.Fatal(err)
		}
		copied := filepath.Join(checkout, file)
		if err := errors.Join(os.MkdirAll(filepath.Dir(copied), 0o700), os.WriteFile(copied, text, 0o700)); err != nil {
			t.Fatal(err)
		}
	}
	artifacts := t.TempDir()
	built := func() []byte {
		t.Helper()
		in("git", "add", "-A")
		in("git", "commit", "-q", "-m", "Change")
		in("make", "-s", "build-UnmatchedFunction", "ARTIFACTS_DIR="+artifacts)
		program, err := os.ReadFile(filepath.Join(artifacts, "bootstrap"))
		if err != nil {
			t.Fatal(err)
		}
		return program
	}
	in("git", "init", "-q")
	first := built()
	if err := os.WriteFile(filepath.Join(checkout, "README.md"), []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	if second := built(); !bytes.Equal(first, second) {
		t.Error("a line of the README changes a function")
	}
}
