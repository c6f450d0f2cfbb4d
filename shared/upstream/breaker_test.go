package upstream_test

import (
	"testing"
	"time"

	"lineproof/shared/upstream"
)

// fail lets n calls fail, a second apart.
func fail(b upstream.Breaker, n int, now time.Time) upstream.Breaker {
	for i := range n {
		b, _ = b.After(upstream.Burned, now.Add(time.Duration(i)*time.Second))
	}
	return b
}

func TestBreakerOpens(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		of   upstream.Breaker
		want upstream.Leave
	}{
		"nothing known":        {upstream.Breaker{}, upstream.Free},
		"four in a row":        {fail(upstream.Breaker{}, 4, noon), upstream.Free},
		"five in a row":        {fail(upstream.Breaker{}, 5, noon), upstream.Refused},
		"five in two minutes":  {fail(fail(upstream.Breaker{}, 3, noon.Add(-2*time.Minute)), 2, noon), upstream.Free},
		"a success in between": {fail(closed(fail(upstream.Breaker{}, 4, noon)), 4, noon), upstream.Free},
	} {
		if _, got := test.of.Admit(noon.Add(5 * time.Second)); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
}

func closed(b upstream.Breaker) upstream.Breaker {
	b, _ = b.After(upstream.Mismatch, noon)
	return b
}

// An open breaker lets one call through when it has rested, and closes or opens for twice as long by
// what becomes of it.
func TestBreakerProbes(t *testing.T) {
	t.Parallel()
	b := fail(upstream.Breaker{}, 5, noon)
	at := noon.Add(34 * time.Second) // the fifth failed at 4
	if _, leave := b.Admit(at.Add(-time.Nanosecond)); leave != upstream.Refused {
		t.Errorf("before: %d", leave)
	}
	probing, leave := b.Admit(at)
	if leave != upstream.Probe {
		t.Fatalf("rested: %d", leave)
	}
	if _, leave := probing.Admit(at.Add(9 * time.Second)); leave != upstream.Refused {
		t.Errorf("beside a probe: %d", leave)
	}
	if _, leave := probing.Admit(at.Add(10 * time.Second)); leave != upstream.Probe {
		t.Errorf("after a probe that never ended: %d", leave)
	}
	if _, leave := closed(probing).Admit(at); leave != upstream.Free {
		t.Errorf("after a good probe: %d", leave)
	}
	for _, rest := range []time.Duration{60, 120, 240, 480, 600, 600} {
		b, _ = b.After(upstream.Away, at)
		if b.Rest != rest*time.Second || !b.Opens.Equal(at.Add(b.Rest)) {
			t.Errorf("opens for %s, want %d s", b.Rest, rest)
		}
	}
}

// A call that tells nothing of the upstream's health, and a good one of a good upstream, is not
// written.
func TestBreakerWritesWhatChanges(t *testing.T) {
	t.Parallel()
	for outcome, broken := range map[upstream.Outcome]bool{
		upstream.Match: false, upstream.Mismatch: false, upstream.OtherNetwork: false,
		upstream.NotCovered: false, upstream.NoConsent: false, upstream.NoNumber: false,
		upstream.Burned: true, upstream.Busy: true, upstream.Malformed: true, upstream.Away: true,
		upstream.Misconfigured: true,
	} {
		if _, changed := (upstream.Breaker{}).After(outcome, noon); changed != broken {
			t.Errorf("%s changes it: %v", outcome, changed)
		}
	}
}
