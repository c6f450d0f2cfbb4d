package bundle

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A function that has secrets links what fetches them, and one that has none does not: a main that
// forgets it starts nowhere but here.
func TestWhoHasSecretsCanFetchThem(t *testing.T) {
	t.Parallel()
	_, functions := read(t)
	for name := range functions {
		has := slices.ContainsFunc(needsOf(t, name), func(n need) bool {
			return slices.ContainsFunc(n.Actions, func(action string) bool {
				return strings.HasPrefix(action, "secretsmanager:")
			})
		})
		list := exec.CommandContext(t.Context(), "go", "list", "-deps", "./functions/"+name)
		list.Dir = Root()
		linked, err := list.Output()
		if err != nil {
			t.Fatal(err)
		}
		if can := strings.Contains(string(linked), "lineproof/shared/secrets/manager\n"); can != has {
			t.Errorf("%s has secrets: %v; links what fetches them: %v", name, has, can)
		}
	}
}
