package deployed_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lineproof/e2e/bundle"
)

// asl-validator accepts the state machine as it is deployed, and rejects it when a state is
// misspelt.
func TestStateMachineIsValid(t *testing.T) {
	t.Parallel()
	definition, err := os.ReadFile(filepath.Join(bundle.Root(), "infra/statemachine/fallback.asl.json"))
	if err != nil {
		t.Fatal(err)
	}
	deployed := strings.NewReplacer(
		"${Partition}", "aws", "${SilentFunction}", "arn:aws:lambda:eu-west-1:123456789012:function:silent:live",
		"${PinFunction}", "arn:aws:lambda:eu-west-1:123456789012:function:pin:live",
	).Replace(string(definition))
	if strings.Contains(deployed, "${") {
		t.Error("something is substituted that this test does not know")
	}
	for text, valid := range map[string]bool{deployed: true, strings.Replace(deployed, `"Next": "PIN"`, `"Next": "Pin"`, 1): false} {
		file := filepath.Join(t.TempDir(), "fallback.asl.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		output, err := exec.CommandContext(t.Context(), filepath.Join(bundle.Root(), ".tools/asl/node_modules/.bin/asl-validator"), "--json-path", file).CombinedOutput()
		if (err == nil) != valid {
			t.Errorf("valid is %v: %v %s", valid, err, output)
		}
	}
}
