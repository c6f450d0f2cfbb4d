package bundle

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	declaration = regexp.MustCompile(`(?m)^(?:func (?:\([^)]*\) )?|type |var |const |\t)` +
		`([A-Z]\w*(?:, [A-Z]\w*)*)`)
	comment = regexp.MustCompile(`(?m)(?:^|\s)//[^\n]*(?:\n\s*//[^\n]*)*`)
	// referral is what a comment sends its reader to: (see Name), (see pkg.Name) or [Name].
	referral = regexp.MustCompile(`\(see (?:([a-z]+)\.)?([A-Z]\w*)|\[()([A-Z][a-z]\w*)(?:\.\w+)?\]`)
	// named is what a document names of the code: `pkg.Name`.
	named = regexp.MustCompile("`([a-z]+)\\.([A-Z][a-z]\\w*)")
)

// declared returns what each directory of Go code declares, by its path below the root.
func declared(t *testing.T) (names map[string]map[string]bool, comments map[string]string) {
	t.Helper()
	names, comments = map[string]map[string]bool{}, map[string]string{}
	read := func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") {
			return err
		}
		text, err := os.ReadFile(path)
		dir, _ := filepath.Rel(Root(), filepath.Dir(path))
		if names[dir] == nil {
			names[dir] = map[string]bool{}
		}
		for _, found := range declaration.FindAllStringSubmatch(string(text), -1) {
			for name := range strings.SplitSeq(found[1], ", ") {
				names[dir][name] = true
			}
		}
		comments[dir] += strings.Join(comment.FindAllString(string(text), -1), "\n\n")
		return err
	}
	for _, dir := range []string{"functions", "local", "shared"} {
		if err := filepath.WalkDir(filepath.Join(Root(), dir), read); err != nil {
			t.Fatal(err)
		}
	}
	return names, comments
}

// What a comment sends its reader to is there, in its own package or in that which it names.
func TestCommentsReferToWhatIsThere(t *testing.T) {
	t.Parallel()
	names, comments := declared(t)
	for _, dir := range slices.Sorted(maps.Keys(comments)) {
		for _, to := range referral.FindAllStringSubmatch(comments[dir], -1) {
			at, name := dir, to[2]+to[4]
			if to[1] != "" {
				at = filepath.Join("shared", to[1])
			}
			if !names[at][name] {
				t.Errorf("%s: a comment refers to %s, which %s does not declare", dir, name, at)
			}
		}
	}
}

// What a document names of the code is declared there.
func TestDocumentsNameWhatIsThere(t *testing.T) {
	t.Parallel()
	names, _ := declared(t)
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		files, err := filepath.Glob(filepath.Join(Root(), pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("no %s: %v", pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, of := range named.FindAllStringSubmatch(string(text), -1) {
				at := filepath.Join("shared", of[1])
				if names[at] != nil && !names[at][of[2]] {
					t.Errorf("%s names %s.%s", filepath.Base(file), of[1], of[2])
				}
			}
		}
	}
}
