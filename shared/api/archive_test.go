package api_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// transport is a way in.
type transport func(testing.TB, http.Handler, call) answer

// goldenEntry is a request and its answer as they stand in an archive under testdata/golden.
type goldenEntry struct {
	wire, archive, name string
	// play returns their text as it is now.
	play func(t *testing.T, send transport) string
}

// under has the entry stand in another wire's archive, whose base is another one.
func (e goldenEntry) under(archive, base, theirs string) goldenEntry {
	play := e.play
	e.archive = archive
	e.play = func(t *testing.T, send transport) string { return strings.ReplaceAll(play(t, send), base, theirs) }
	return e
}

func archivePath(name string) string { return filepath.Join("testdata", "golden", name+".txtar") }

// TestGolden compares each entry, by both transports, each in a world of its own, with what its
// archive says. What stands in an archive and is no entry fails.
func TestGolden(t *testing.T) {
	t.Parallel()
	archives := map[string][]goldenEntry{}
	for _, e := range allGoldens() {
		archives[e.archive] = append(archives[e.archive], e)
	}
	paths, err := filepath.Glob(archivePath("*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if name := strings.TrimSuffix(filepath.Base(path), ".txtar"); archives[name] == nil {
			t.Errorf("%s belongs to no case", path)
		}
	}
	for name, entries := range archives {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantArchive(t, archivePath(name), entries)
		})
	}
}

// allGoldens are the entries of all operations.
func allGoldens() []goldenEntry {
	cases := slices.Concat(verifyCases(), shareCases(), tokenCases(), backchannelCases(), revokeCases(),
		authorizeCases(), discoveryCases(), unmatchedCases())
	return slices.Concat(goldens(cases), pinGoldens(), otpGoldens(), v2Goldens(),
		mxGoldens())
}

func wantArchive(t *testing.T, path string, entries []goldenEntry) {
	if *update {
		writeArchive(t, path, entries)
	}
	want := readArchive(t, path)
	orphans := map[string]bool{}
	for name := range want {
		orphans[name] = true
	}
	for _, e := range entries {
		delete(orphans, e.name)
		t.Run(e.wire+"/"+e.name, func(t *testing.T) {
			t.Parallel()
			for name, send := range transports {
				if got := e.play(t, send); got != want[e.name] {
					t.Errorf("by %s, not as in %s:\n%s", name, path, got)
				}
			}
		})
	}
	for name := range orphans {
		t.Errorf("%s: %s is no case", path, name)
	}
}

func readArchive(t *testing.T, path string) map[string]string {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, f := range archive.Files {
		if _, twice := texts[f.Name]; twice {
			t.Errorf("%s: %s stands twice", path, f.Name)
		}
		texts[f.Name] = string(f.Data)
	}
	return texts
}

func writeArchive(t *testing.T, path string, entries []goldenEntry) {
	t.Helper()
	var archive txtar.Archive
	written := map[string]bool{}
	for _, e := range entries {
		if !written[e.name] {
			written[e.name] = true
			archive.Files = append(archive.Files, txtar.File{Name: e.name, Data: []byte(e.play(t, overHTTP))})
		}
	}
	slices.SortFunc(archive.Files, func(a, b txtar.File) int { return strings.Compare(a.Name, b.Name) })
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, txtar.Format(&archive), 0o644); err != nil {
		t.Fatal(err)
	}
}
