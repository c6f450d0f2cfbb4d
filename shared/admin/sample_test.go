package admin_test

import (
	"os"
	"path/filepath"
	"testing"
)

// The sample events that people invoke the function with are commands: none is refused for what it says.
func TestSampleEvents(t *testing.T) {
	t.Parallel()
	samples, err := filepath.Glob("../../events/admin/*.json")
	if err != nil || len(samples) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, sample := range samples {
		command, err := os.ReadFile(sample)
		if err != nil {
			t.Fatal(err)
		}
		if r := newWorld(t).ask(t, string(command)); r.Error != nil && r.Error.Kind != "not found" {
			t.Errorf("%s: %+v", sample, *r.Error)
		}
	}
}
