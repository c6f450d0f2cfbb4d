package grant_test

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/phone"
)

// slots is a grant.ReplayStore.
type slots struct {
	mu   sync.Mutex
	ends map[string]time.Time
	err  error
}

func (s *slots) Once(_ context.Context, key, _ string, now, expires time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	if s.ends[key].After(now) {
		return grant.ErrReplayed
	}
	s.ends[key] = expires
	return nil
}

// However callers come, no stretch of a period has more look-ups than the client was given.
func TestLookupsInAnyHour(t *testing.T) {
	t.Parallel()
	for _, most := range []int{1, 8, 100} {
		client, s, begun := grant.Client{ID: "a", AddressLookups: most}, &slots{ends: map[string]time.Time{}}, time.Unix(1_800_000_000, 0)
		var spent []time.Time
		for minute := range 180 {
			now := begun.Add(time.Duration(minute) * time.Minute)
			for range 10 {
				if err := client.SpendLookup(t.Context(), s, rand.Reader, now); err == nil {
					spent = append(spent, now)
				} else if !errors.Is(err, grant.ErrLookups) {
					t.Fatal(err)
				}
			}
		}
		for i := range spent {
			if i+most < len(spent) && spent[i+most].Sub(spent[i]) < grant.LookupPeriod {
				t.Fatalf("more than %d within an hour of %v", most, spent[i])
			}
		}
		if len(spent) < 3*most*3/4 {
			t.Errorf("of %d an hour, %d in three hours", most, len(spent))
		}
	}
}

func TestLookupsRace(t *testing.T) {
	t.Parallel()
	client, s := grant.Client{ID: "a", AddressLookups: 5}, &slots{ends: map[string]time.Time{}}
	var won atomic.Int64
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if client.SpendLookup(context.Background(), s, rand.Reader, time.Unix(1_800_000_000, 0)) == nil {
				won.Add(1)
			}
		})
	}
	all.Wait()
	if won.Load() != 5 {
		t.Errorf("%d of 5 were spent", won.Load())
	}
}

func TestLookupsOfOthers(t *testing.T) {
	t.Parallel()
	s, now := &slots{ends: map[string]time.Time{}}, time.Unix(1_800_000_000, 0)
	spend := func(c grant.Client) error { return c.SpendLookup(t.Context(), s, rand.Reader, now) }
	a := grant.Client{ID: "a", AddressLookups: 1}
	if spend(a) != nil || spend(grant.Client{ID: "b", AddressLookups: 1}) != nil {
		t.Error("one client spends another's")
	}
	if !errors.Is(spend(a), grant.ErrLookups) || !errors.Is(spend(grant.Client{ID: "c"}), grant.ErrLookups) {
		t.Error("more was spent than there is")
	}
	s.ends, s.err = map[string]time.Time{}, fault.New(fault.Unavailable)
	if err := spend(a); fault.Of(err) != fault.Unavailable {
		t.Errorf("a store that is away: %v", err)
	}
}

func TestWhomClientsSee(t *testing.T) {
	t.Parallel()
	for text, sandboxed := range map[string]bool{"+447700900001": false, "+990123450001": true, "": true} {
		n, _ := phone.Parse(text)
		if !(grant.Client{}).Sees(n) || (grant.Client{Sandbox: true}).Sees(n) != sandboxed {
			t.Errorf("%q", text)
		}
	}
}
