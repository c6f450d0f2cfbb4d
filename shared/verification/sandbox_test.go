package verification_test

import (
	"testing"

	"lineproof/shared/verification"
)

func TestTestNumbers(t *testing.T) {
	t.Parallel()
	seen := map[verification.Scenario]bool{}
	for _, n := range verification.TestNumbers() {
		if seen[n.Scenario] || !n.Number.IsSandbox() || n.Number.Uint64()%100 != 1 {
			t.Errorf("%s comes twice or is no test number", n.Scenario)
		}
		seen[n.Scenario] = true
	}
	if len(seen) != 11 || verification.ScenarioOf(number(447700901100)) != verification.Delivered {
		t.Errorf("%d scenarios", len(seen))
	}
}
