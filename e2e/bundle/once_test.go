package bundle

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// once is a tree from which infra/once.sh makes a directory by a builder that counts its runs.
type once struct{ dir string }

const builder = `#!/bin/sh
echo >>.build/runs
sleep 0.2
mkdir -p .build/made && cat source/* >.build/made/program
`

func newOnce(t *testing.T) once {
	t.Helper()
	o := once{t.TempDir()}
	script, err := os.ReadFile(filepath.Join(Root(), "infra/once.sh"))
	if err != nil {
		t.Fatal(err)
	}
	o.write(t, "infra/once.sh", string(script))
	o.write(t, "infra/builder", builder)
	o.write(t, "source/a", "first")
	return o
}

func (o once) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(o.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
}

func (o once) remove(t *testing.T, name string) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(o.dir, name)); err != nil {
		t.Fatal(err)
	}
}

// take has the directory made by a command, and returns what another then takes from it.
func (o once) take(t *testing.T, command ...string) (string, error) {
	t.Helper()
	to := filepath.Join(t.TempDir(), "taken")
	args := append([]string{".build/made"}, command...)
	args = append(args, "--", "cp", ".build/made/program", to)
	if output, err := exec.Command(filepath.Join(o.dir, "infra/once.sh"), args...).CombinedOutput(); err != nil {
		return string(output), err
	}
	taken, err := os.ReadFile(to)
	return string(taken), err
}

// want has ten at once take what is made, and wants the builder to have run so often in all.
func (o once) want(t *testing.T, runs int, made string, command ...string) {
	t.Helper()
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if taken, err := o.take(t, command...); err != nil || taken != made {
				t.Errorf("took %q, %v, want %q", taken, err, made)
			}
		})
	}
	all.Wait()
	if ran, err := os.ReadFile(filepath.Join(o.dir, ".build/runs")); err != nil || len(ran) != runs {
		t.Errorf("made %d times, want %d: %v", len(ran), runs, err)
	}
}

// Whatever is called at once makes once, and again only when something has changed.
func TestOnce(t *testing.T) {
	t.Parallel()
	o := newOnce(t)
	o.want(t, 1, "first", "infra/builder")
	o.want(t, 1, "first", "infra/builder")
	o.write(t, ".hidden", "")
	o.want(t, 1, "first", "infra/builder")
	o.want(t, 2, "first", "env", "GOARCH=arm64", "infra/builder")
}

func TestOnceSeesChanges(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(o once)
		made   string
	}{
		"content":        {func(o once) { o.write(t, "source/a", "new") }, "new"},
		"another":        {func(o once) { o.write(t, "source/b", "second") }, "firstsecond"},
		"gone":           {func(o once) { o.remove(t, "source/c") }, "first"},
		"gone from top":  {func(o once) { o.remove(t, "top") }, "first"},
		"made by others": {func(o once) { o.write(t, ".build/made/program", "other") }, "first"},
		"not there":      {func(o once) { o.remove(t, ".build/made/program") }, "first"},
		"nothing there":  {func(o once) { o.remove(t, ".build/made") }, "first"},
		"older": {func(o once) {
			if err := os.Rename(filepath.Join(o.dir, ".old"), filepath.Join(o.dir, "source/a")); err != nil {
				t.Error(err)
			}
		}, "old"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOnce(t)
			o.write(t, ".old", "old")
			o.write(t, "source/c", "")
			o.write(t, "top", "")
			o.want(t, 1, "first", "infra/builder")
			test.change(o)
			o.want(t, 2, test.made, "infra/builder")
		})
	}
}

// What failed is made anew each time, and nothing is taken of what stood there before.
func TestOnceFails(t *testing.T) {
	t.Parallel()
	o := newOnce(t)
	o.want(t, 1, "first", "infra/builder")
	for range 2 {
		o.write(t, "source/a", "wrong")
		if taken, err := o.take(t, "false"); err == nil {
			t.Errorf("took %q", taken)
		}
	}
	o.want(t, 2, "wrong", "infra/builder")
}
