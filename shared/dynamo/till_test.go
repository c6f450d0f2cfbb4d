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

// TestPaid reads how far a ledger has come with a till, and no bytes that are something else.
func TestPaid(t *testing.T) {
	t.Parallel()
	for _, p := range []paid{{}, {freed: 1}, {charged: 1}, {1 << 50, 1 << 60}} {
		d := &decoder{item: item{paidName(7): binary(p.bytes())}}
		if got := d.paid(7); got != p || d.err() != nil {
			t.Errorf("%+v reads as %+v (%v)", p, got, d.err())
		}
	}
	for _, wrong := range []string{"\x01", "\x80", "\x01\x80"} {
		d := &decoder{item: item{paidName(7): binary([]byte(wrong))}}
		if d.paid(7); d.err() == nil {
			t.Errorf("%q is read", wrong)
		}
	}
}
