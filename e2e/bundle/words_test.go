package bundle

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// wires are the packages that speak with callers, and the one that wires them.
var wires = []string{"api", "wire", "web", "boot"}

// wireWords are words of one wire.
var wireWords = regexp.MustCompile(`(?i)\b(nexmo|workflow_id|lg|IN PROGRESS|next_event_wait|` +
	`pin_expiry|code_length|require_type|sender_id|client_ip|trigger_next_event|authenticationId)\b`)

// TestCoreKnowsNoWire wants no word of a wire in the packages that every wire stands on. What a
// provider writes that we call stands in the file of its profile.
func TestCoreKnowsNoWire(t *testing.T) {
	t.Parallel()
	core := 0
	read := func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		below, _ := filepath.Rel(filepath.Join(Root(), "shared"), path)
		profile, _ := filepath.Match("upstream/profile_*.go", below)
		if profile || slices.Contains(wires, strings.Split(below, string(filepath.Separator))[0]) {
			return nil
		}
		core++
		text, err := os.ReadFile(path)
		for _, word := range wireWords.FindAllString(string(text), -1) {
			t.Errorf("%s says %s", below, word)
		}
		return err
	}
	if err := filepath.WalkDir(filepath.Join(Root(), "shared"), read); err != nil || core == 0 {
		t.Errorf("%d files of the core, %v", core, err)
	}
}
