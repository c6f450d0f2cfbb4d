package dynamo

import "testing"

// TestTillsHavePartitionsOfTheirOwn names as many partitions as an account has tills.
func TestTillsHavePartitionsOfTheirOwn(t *testing.T) {
	t.Parallel()
	partitions := map[string]bool{}
	for n := range tills {
		partitions[tillKey(0xabcd1234, n).subject] = true
	}
	if len(partitions) != tills {
		t.Errorf("%d tills stand in %d partitions", tills, len(partitions))
	}
}
