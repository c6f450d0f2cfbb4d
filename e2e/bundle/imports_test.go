package bundle

import (
	"encoding/json"
	"io"
	"os/exec"
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
