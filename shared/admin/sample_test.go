package admin_test

import (
	"os"
	"path/filepath"
	"testing"

	"lineproof/shared/admin"
)

// Each command has a sample event of its name, which people invoke the function with, and none is
// refused for what it says.
func TestSampleEvents(t *testing.T) {
	t.Parallel()
	for _, command := range admin.Commands() {
		sample, err := os.ReadFile(filepath.Join("../../events/admin", command.Name+".json"))
		if err != nil {
			t.Error(err)
			continue
		}
		if r := newWorld(t).ask(t, string(sample)); r.Error != nil && r.Error.Kind != "not found" {
			t.Errorf("%s: %+v", command.Name, *r.Error)
		}
	}
}
