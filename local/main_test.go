package main

import (
	"os/exec"
	"strings"
	"testing"
)

// The first `make run` compiles all that the program links, and somebody waits for it: no AWS
// client, without which half of the time is gone, and no template package.
func TestLinksNoClient(t *testing.T) {
	t.Parallel()
	list, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	linked := strings.Fields(string(list))
	if len(linked) < 100 {
		t.Fatalf("only %v", linked)
	}
	for _, name := range linked {
		if strings.HasPrefix(name, "github.com/aws/") ||
			name == "text/template" || name == "html/template" {
			t.Errorf("%s is linked", name)
		}
	}
}
