package deployed_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// leastScenarios is how many black-box tests must have run against the deployment, so that none
// gets lost unnoticed.
const leastScenarios = 90

// TestScenarios runs the black-box tests, the same that run in process, against the deployment.
// Those that move a clock or tell of sessions are skipped there, for a deployment has no such
// routes.
func TestScenarios(t *testing.T) {
	t.Parallel()
	w := theWorld(t)
	listing := filepath.Join(t.TempDir(), "sandbox.json")
	if err := os.WriteFile(listing, w.listing, 0o600); err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), "go", "test", "-trimpath", "-tags", "lambda.norpc",
		"-count=1", "-parallel=4", "-v", "lineproof/e2e")
	run.Env = append(os.Environ(), "CGO_ENABLED=0", "BASE_URL="+w.BaseURL, "SANDBOX="+listing)
	output, err := run.CombinedOutput()

	passed := strings.Count("\n"+string(output), "\n--- PASS: ")
	t.Logf("%d passed, %d skipped", passed, strings.Count("\n"+string(output), "\n--- SKIP: "))
	if err != nil {
		t.Errorf("%v\n%s\nthe functions wrote:\n%s", err, failures(string(output)), tail(w.Output()))
	}
	if passed < leastScenarios {
		t.Errorf("only %d tests passed against the deployment, want at least %d", passed, leastScenarios)
	}
}

// failures drops what passed from the output of `go test -v`.
func failures(output string) string {
	var kept []string
	for line := range strings.Lines(output) {
		if text := strings.TrimSpace(line); !strings.HasPrefix(text, "=== ") && !strings.HasPrefix(text, "--- PASS") && !strings.HasPrefix(text, "--- SKIP") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

// tail gives the end of a long text.
func tail(text string) string { return text[max(0, len(text)-8000):] }
