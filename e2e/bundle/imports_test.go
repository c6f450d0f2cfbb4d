package bundle

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// arrow is a row of the table of packages in docs/architecture.md.
var arrow = regexp.MustCompile("(?m)^\\| `([a-z0-9/]+)` \\| [^|]*\\| ([^|]*) \\|$")

// The packages that a row of docs/architecture.md lets one import are those that it does import, as
// far as the row lists them.
func TestArchitectureListsImports(t *testing.T) {
	t.Parallel()
	list := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./shared/...")
	list.Dir = Root()
	output, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	imports := map[string][]string{}
	for d := json.NewDecoder(strings.NewReader(string(output))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		for _, to := range p.Imports {
			if own, is := strings.CutPrefix(to, "lineproof/shared/"); is {
				from := strings.TrimPrefix(p.ImportPath, "lineproof/shared/")
				imports[from] = append(imports[from], own)
			}
		}
	}
	rows := arrow.FindAllStringSubmatch(document(t, "docs/architecture.md"), -1)
	if len(rows) < 30 {
		t.Fatalf("only %d rows", len(rows))
	}
	for _, row := range rows {
		told, _, _ := strings.Cut(row[2], ",") // what follows are others' packages
		if told == "the standard library" {
			told = ""
		}
		if strings.Contains(told, "the ") || strings.Contains(told, "everything") {
			continue // a layer
		}
		listed := strings.Fields(told)
		slices.Sort(listed)
		got := slices.DeleteFunc(imports[row[1]], func(p string) bool {
			return strings.HasPrefix(p, row[1]+"/") // what is below it is its own
		})
		if !slices.Equal(got, listed) {
			t.Errorf("%s imports %v, docs/architecture.md lists %v", row[1], got, listed)
		}
	}
}

// The comment of a function or type begins with its name, so that a name that changes takes it
// along.
func TestCommentsBeginWithTheName(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{"functions/*/*.go", "local/*.go", "local/*/*.go", "shared/*/*.go", "shared/*/*/*.go"} {
		files, err := filepath.Glob(filepath.Join(Root(), pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("no %s: %v", pattern, err)
		}
		for _, file := range files {
			if !strings.HasSuffix(file, "_test.go") {
				wantNamedComments(t, file)
			}
		}
	}
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
