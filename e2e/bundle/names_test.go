package bundle

import (
	"go/ast"
	"go/parser"
	"go/token"
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

// eachSource hands over the path of each file of our own Go code.
func eachSource(t *testing.T, take func(path string)) {
	t.Helper()
	for _, dir := range []string{"functions", "local", "shared"} {
		err := filepath.WalkDir(filepath.Join(Root(), dir), func(path string, _ os.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".go") {
				take(path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// declared returns what each directory of Go code declares, by its path below the root.
func declared(t *testing.T) (names map[string]map[string]bool, comments map[string]string) {
	t.Helper()
	names, comments = map[string]map[string]bool{}, map[string]string{}
	eachSource(t, func(path string) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
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
	})
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

// The comment of a function or type begins with its name, so that a name that changes takes it
// along.
func TestCommentsBeginWithTheName(t *testing.T) {
	t.Parallel()
	eachSource(t, func(path string) {
		if !strings.HasSuffix(path, "_test.go") {
			wantNamedComments(t, path)
		}
	})
}

func wantNamedComments(t *testing.T, path string) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	want := func(doc *ast.CommentGroup, name string) {
		if doc == nil || doc.Text() == "" {
			return
		}
		first := strings.Trim(strings.Fields(doc.Text())[0], ",:;.")
		if strings.TrimSuffix(first, "'s") != name {
			t.Errorf("%s: the comment of %s begins with %q", set.Position(doc.Pos()), name, first)
		}
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			want(d.Doc, d.Name.Name)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if s, is := spec.(*ast.TypeSpec); is && s.Doc != nil {
					want(s.Doc, s.Name.Name)
				} else if is && len(d.Specs) == 1 {
					want(d.Doc, s.Name.Name)
				}
			}
		}
	}
}
