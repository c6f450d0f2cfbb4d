package upstream_test

import (
	"reflect"
	"testing"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/upstream"
)

// after lets calls come to outcomes of a breaker, each so many seconds after noon.
func after(b upstream.Breaker, o upstream.Outcome, seconds ...int) upstream.Breaker {
	for _, s := range seconds {
		b, _ = b.After(o, noon.Add(time.Duration(s)*time.Second))
	}
	return b
}

func TestBreakerOpens(t *testing.T) {
	t.Parallel()
	none := upstream.Breaker{}
	for name, test := range map[string]struct {
		of   upstream.Breaker
		want upstream.Leave
	}{
		"nothing known":         {none, upstream.Free},
		"four in a row":         {after(none, upstream.Burned, 0, 1, 2, 3), upstream.Free},
		"five in a row":         {after(none, upstream.Burned, 0, 1, 2, 3, 4), upstream.Refused},
		"five in a minute":      {after(none, upstream.Away, 0, 15, 30, 45, 60), upstream.Refused},
		"five in 61 seconds":    {after(none, upstream.Away, 0, 15, 30, 45, 61), upstream.Free},
		"the last five of six":  {after(none, upstream.Away, 0, 15, 30, 45, 61, 75), upstream.Refused},
		"five at once":          {after(none, upstream.Busy, 0, 0, 0, 0, 0), upstream.Refused},
		"clocks that disagree":  {after(none, upstream.Busy, 4, 3, 2, 1, 0), upstream.Refused},
		"a success in between":  {after(after(after(none, upstream.Burned, 0, 1, 2, 3), upstream.Match, 4), upstream.Burned, 5, 6, 7, 8), upstream.Free},
		"no failure in between": {after(after(after(none, upstream.Burned, 0, 1, 2, 3), upstream.Refusal, 4), upstream.Burned, 5), upstream.Free},
	} {
		if _, got := test.of.Admit(noon.Add(10 * time.Second)); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
}

// An open breaker lets one call through when it has rested, and closes or opens for twice as long
// by what becomes of it.
func TestBreakerProbes(t *testing.T) {
	t.Parallel()
	open := after(upstream.Breaker{Revision: 7}, upstream.Burned, 0, 1, 2, 3, 4)
	at := noon.Add(34 * time.Second)
	if _, leave := open.Admit(at.Add(-time.Nanosecond)); leave != upstream.Refused {
		t.Errorf("before: %d", leave)
	}
	probing, leave := open.Admit(at)
	if leave != upstream.Probe {
		t.Fatalf("rested: %d", leave)
	}
	if _, leave := probing.Admit(at.Add(10*time.Second - time.Nanosecond)); leave != upstream.Refused {
		t.Errorf("beside a probe: %d", leave)
	}
	if _, leave := probing.Admit(at.Add(10 * time.Second)); leave != upstream.Probe {
		t.Errorf("after a probe that never ended: %d", leave)
	}
	if got, want := probing.AfterProbe(upstream.NoConsent, at), (upstream.Breaker{Revision: 7}); !reflect.DeepEqual(got, want) {
		t.Errorf("after a good probe it is %+v", got)
	}
	b := probing
	for _, rest := range []time.Duration{60, 120, 240, 480, 600, 600} {
		b = b.AfterProbe(upstream.Away, at)
		if b.Rest != rest*time.Second || !b.Until.Equal(at.Add(b.Rest)) || b.Revision != 7 {
			t.Errorf("opens for %s, want %d s", b.Rest, rest)
		}
	}
	b = after(b.AfterProbe(upstream.Match, at), upstream.Burned, 0, 1, 2, 3, 4)
	if b.Rest != 30*time.Second {
		t.Errorf("having closed, it opens for %s", b.Rest)
	}
}

// While it is open, calls that were under way before tell nothing.
func TestBreakerHearsProbesAlone(t *testing.T) {
	t.Parallel()
	open := after(upstream.Breaker{}, upstream.Burned, 0, 1, 2, 3, 4)
	for _, o := range []upstream.Outcome{upstream.Match, upstream.Burned} {
		if got, changed := open.After(o, noon.Add(5*time.Second)); changed || !reflect.DeepEqual(got, open) {
			t.Errorf("%s makes it %+v", o, got)
		}
	}
}

// What the subscriber, the device or the client brought about counts as a success, and a success of
// a breaker of which nothing is known is not written.
func TestBreakerWritesWhatChanges(t *testing.T) {
	t.Parallel()
	for outcome, broken := range map[upstream.Outcome]bool{
		upstream.Match: false, upstream.Mismatch: false, upstream.OtherNetwork: false,
		upstream.NotCovered: false, upstream.NoConsent: false, upstream.NoNumber: false,
		upstream.Refusal: false, upstream.Conflict: false, upstream.WrongCode: false,
		upstream.NoCode: false, upstream.Over: false,
		upstream.Burned: true, upstream.Busy: true, upstream.Malformed: true, upstream.Away: true,
		upstream.Misconfigured: true,
	} {
		if _, changed := (upstream.Breaker{}).After(outcome, noon); changed != broken {
			t.Errorf("%s changes it: %v", outcome, changed)
		}
		failing := after(upstream.Breaker{}, upstream.Away, 0)
		if got, changed := failing.After(outcome, noon); !changed || len(got.Failures) == 2 != broken {
			t.Errorf("%s after a failure makes it %+v", outcome, got)
		}
	}
}

func TestBreakerNext(t *testing.T) {
	t.Parallel()
	b := upstream.Breaker{Rest: 1, Revision: 3}
	if got, err := b.Next(upstream.Breaker{Revision: 3}); err != nil || got.Revision != 4 || got.Rest != 1 {
		t.Errorf("becomes %+v, %v", got, err)
	}
	for _, revision := range []int64{0, 2, 4} {
		if _, err := b.Next(upstream.Breaker{Revision: revision}); !fault.Is(err, fault.Changed) {
			t.Errorf("in place of %d: %v", revision, err)
		}
	}
}

func TestDay(t *testing.T) {
	t.Parallel()
	u := upstream.Upstream{Name: "a"}
	east := time.FixedZone("", 3600)
	late := time.Date(2031, 1, 1, 0, 30, 0, 0, east)
	want := upstream.Day{Upstream: "a", Date: "2030-12-31", Ends: time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)}
	if got := u.Day(late); got != want {
		t.Errorf("%v is in %+v", late, got)
	}
	if got := u.Day(late.Add(30 * time.Minute)).Date; got != "2031-01-01" {
		t.Errorf("midnight is in %s", got)
	}
	for counted, passes := range map[int64]bool{0: true, 9: true, 10: false, 11: false} {
		if n, err := upstream.Another(counted, 10); (err == nil) != passes || passes && n != counted+1 {
			t.Errorf("after %d: %d, %v", counted, n, err)
		}
	}
}
