package pin_test

import (
	"testing"

	"lineproof/shared/pin"
)

func TestTestNumbers(t *testing.T) {
	t.Parallel()
	seen := map[pin.Scenario]bool{}
	for _, n := range pin.TestNumbers() {
		if seen[n.Scenario] || !n.Number.IsSandbox() || n.Number.Uint64()%100 != 1 {
			t.Errorf("%s comes twice or is no test number", n.Scenario)
		}
		seen[n.Scenario] = true
	}
	if len(seen) != 11 || pin.ScenarioOf(number(447700901100)) != pin.Delivered {
		t.Errorf("%d scenarios", len(seen))
	}
}
