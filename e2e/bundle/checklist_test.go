package bundle

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lineproof/shared/wire"
)

var (
	item       = regexp.MustCompile(`(?m)^\d+\. .*(?:\n {3,}.*)*`)
	testName   = regexp.MustCompile("`(Test[A-Za-z0-9]+)`")
	fileName   = regexp.MustCompile("`([\\w.<>-]+(?:/[\\w.<>-]*)+|[A-Za-z]+\\.(?:md|yaml))`")
	declaredAs = regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9]+)\(t \*testing\.T\)`)
)

// section returns what stands below a heading of a document.
func section(t *testing.T, path, heading string) string {
	t.Helper()
	_, text, found := strings.Cut(document(t, path), "\n## "+heading+"\n")
	if !found {
		t.Fatalf("%s has no %s", path, heading)
	}
	text, _, _ = strings.Cut(text, "\n## ")
	return text
}

// tests returns the name of every test in the repository.
func tests(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, dir := range []string{"e2e", "local", "shared"} {
		read := func(path string, _ os.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, found := range declaredAs.FindAllStringSubmatch(string(text), -1) {
				names[found[1]] = true
			}
			return err
		}
		if err := filepath.WalkDir(filepath.Join(Root(), dir), read); err != nil {
			t.Fatal(err)
		}
	}
	return names
}

// Each item of the checklists names a file that has to be touched and a test that fails without it,
// and both are there.
func TestChecklistsNameWhatIsThere(t *testing.T) {
	t.Parallel()
	known := tests(t)
	for heading, want := range map[string]int{"A wire": 9, "A function": 9} {
		items := item.FindAllString(section(t, "CONTRIBUTING.md", heading), -1)
		if len(items) != want {
			t.Errorf("%s has %d items", heading, len(items))
		}
		for _, text := range items {
			checkItem(t, text, known)
		}
	}
}

func checkItem(t *testing.T, text string, known map[string]bool) {
	t.Helper()
	example := strings.NewReplacer("<wire>", wire.Vonage.Name, "<function>", string(wire.Verify))
	named := testName.FindAllStringSubmatch(text, -1)
	files := fileName.FindAllStringSubmatch(text, -1)
	if len(named) == 0 || len(files) == 0 {
		t.Errorf("no file or no test in %q", text)
	}
	for _, test := range named {
		if !known[test[1]] {
			t.Errorf("there is no %s", test[1])
		}
	}
	for _, file := range files {
		if _, err := os.Stat(filepath.Join(Root(), example.Replace(file[1]))); err != nil {
			t.Error(err)
		}
	}
}

// The first rows of what the README offers name the wires that verify and share.
func TestReadmeNamesEachWire(t *testing.T) {
	t.Parallel()
	offers := section(t, "README.md", "What it offers")
	for _, operation := range []wire.Operation{wire.Verify, wire.Share} {
		_, row, _ := strings.Cut(offers, "| "+string(operation)+":")
		row, _, _ = strings.Cut(row, "\n")
		speaking, named := map[string]bool{}, map[string]bool{}
		for _, r := range wire.Routes(operation) {
			speaking[r.Wire.Name] = true
		}
		for _, name := range quoted.FindAllStringSubmatch(row, -1) {
			named[name[1]] = true
		}
		equal(t, "shared/wire", "README.md for "+string(operation), speaking, named)
	}
}

// What the README offers names all paths beside those of number verification.
func TestReadmeNamesEachPath(t *testing.T) {
	t.Parallel()
	var paths []string
	offers := section(t, "README.md", "What it offers")
	for _, code := range quoted.FindAllStringSubmatch(offers, -1) {
		_, path, _ := strings.Cut(" "+code[1], " /")
		path, _, _ = strings.Cut("/"+path, "?")
		paths = append(paths, path)
	}
	for _, r := range wire.Routes("") {
		among := func(path string) bool {
			below, all := strings.CutSuffix(path, "…")
			return path == r.Path || all && strings.HasPrefix(r.Path, below)
		}
		if r.Wire.Number.Verified == nil && !slices.ContainsFunc(paths, among) {
			t.Errorf("README.md does not name %s", r.Path)
		}
	}
}

// walks finds the functions whose walk docs/architecture.md tells, each with the packages on its
// way.
var walks = regexp.MustCompile(
	"(?s)functions/([a-z0-9-]+)/main\\.go.*?Below `main`, in order: (.*?)\\.\n")

// longest is how many packages may hand on what a function is given.
var longest = map[string]int{
	"verify": 7, "pin-request": 9, "pin-deliver": 7, "fallback-silent": 8, "verify2-request": 9,
	"silent-auth": 9,
}

// What a walk names lies below the function: it is linked into its main. A walk is short, and comes
// back to no package.
func TestWalksAreLinked(t *testing.T) {
	t.Parallel()
	told := walks.FindAllStringSubmatch(document(t, "docs/architecture.md"), -1)
	if len(told) != len(longest) {
		t.Errorf("%d walks are told", len(told))
	}
	for _, walk := range told {
		passed := quoted.FindAllString(walk[2], -1)
		if len(passed) == 0 || len(passed) > longest[walk[1]] {
			t.Errorf("%s passes %d packages", walk[1], len(passed))
		}
		slices.Sort(passed)
		if len(slices.Compact(passed)) != len(passed) {
			t.Errorf("%s passes a package twice: %v", walk[1], passed)
		}
		list := exec.CommandContext(t.Context(), "go", "list", "-deps", "./functions/"+walk[1])
		list.Dir = Root()
		output, err := list.Output()
		if err != nil {
			t.Fatal(err)
		}
		linked := strings.Fields(string(output))
		for _, name := range quoted.FindAllStringSubmatch(walk[2], -1) {
			if !slices.Contains(linked, "lineproof/shared/"+name[1]) {
				t.Errorf("%s links no %s", walk[1], name[1])
			}
		}
	}
}
