package assembly_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const wires = "lineproof/shared/api/"

// called returns which functions of the wires' packages those files call, as package.Function.
func called(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no file, %v", pattern, err)
	}
	found := map[string]bool{}
	for _, file := range files {
		read, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		imported := imports(read)
		ast.Inspect(read, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if f, ok := call.Fun.(*ast.SelectorExpr); ok {
					if of, ok := f.X.(*ast.Ident); ok && imported[of.Name] != "" {
						found[imported[of.Name]+"."+f.Sel.Name] = true
					}
				}
			}
			return true
		})
	}
	return slices.Sorted(maps.Keys(found))
}

// imports returns the wires' packages that a file imports, by their names there.
func imports(file *ast.File) map[string]string {
	all := map[string]string{}
	for _, i := range file.Imports {
		path, _ := strconv.Unquote(i.Path.Value)
		if wire, below := strings.CutPrefix(path, wires); below && i.Name != nil {
			all[i.Name.Name] = wire
		} else if below {
			all[wire] = wire
		}
	}
	return all
}

// The local server and the tests run what the functions run: the same constructors, and no others.
func TestConstructorsAreThoseOfTheMains(t *testing.T) {
	t.Parallel()
	mains, here := called(t, "../../functions/*/main.go"), called(t, "assembly.go")
	if !slices.Equal(mains, here) {
		t.Errorf("the mains call %v, the assembly %v", mains, here)
	}
}
