package storetest

import (
	"reflect"
	"testing"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/upstream"
)

// BreakerStore is what breakers are kept in.
type BreakerStore interface {
	upstream.Breakers
	upstream.GateStore
}

// Breakers holds a store to the promises of upstream.Breakers and upstream.GateStore.
func Breakers(t *testing.T, s BreakerStore) {
	for name, test := range map[string]func(*testing.T, BreakerStore){
		"every field and none": breakerFields, "of an upstream": breakersOf,
		"stale": staleBreaker, "one opens": oneOpens, "one probes": oneProbes,
		"a limit": dayLimit, "a race for a limit": dayRace,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, s) })
	}
}

func verifying(name string) upstream.Circuit {
	return upstream.Circuit{Upstream: name, Operation: upstream.Verifying}
}

// everyBreaker gives a breaker with every field set.
func everyBreaker() upstream.Breaker {
	return upstream.Breaker{
		Failures: []time.Time{now, now.Add(instant)}, Until: now.Add(time.Minute), Rest: instant,
	}
}

// putBreaker writes a breaker and returns it as it then is.
func putBreaker(
	t *testing.T, s BreakerStore, c upstream.Circuit, b upstream.Breaker,
) upstream.Breaker {
	t.Helper()
	stands, err := s.PutBreaker(t.Context(), c, b)
	b.Revision++
	if err != nil || !reflect.DeepEqual(stands, b) {
		t.Fatalf("stands as %+v, %v, want %+v", stands, err, b)
	}
	return b
}

func wantBreaker(t *testing.T, s BreakerStore, c upstream.Circuit, want upstream.Breaker) {
	t.Helper()
	got, err := s.Breaker(t.Context(), c)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("reads as %+v, %v, want %+v", got, err, want)
	}
}

func breakerFields(t *testing.T, s BreakerStore) {
	c, b := verifying(unique()), everyBreaker()
	b.Revision = 1
	wantEveryField(t, b)
	wantBreaker(t, s, c, upstream.Breaker{})
	b = putBreaker(t, s, c, everyBreaker())
	wantBreaker(t, s, c, b)
	wantBreaker(t, s, c, putBreaker(t, s, c, upstream.Breaker{Revision: b.Revision}))
}

func breakersOf(t *testing.T, s BreakerStore) {
	name := unique()
	want := map[upstream.Operation]upstream.Breaker{}
	for _, operation := range []upstream.Operation{upstream.Exchanging, upstream.Sharing} {
		c := upstream.Circuit{Upstream: name, Operation: operation}
		want[operation] = putBreaker(t, s, c, everyBreaker())
	}
	putBreaker(t, s, verifying(name+"-other"), everyBreaker())
	day := upstream.Upstream{Name: name}.Day(now)
	if err := s.Count(t.Context(), day, 1); err != nil {
		t.Fatal(err)
	}
	got, err := s.Breakers(t.Context(), name)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("has %+v, %v, want %+v", got, err, want)
	}
	if got, err = s.Breakers(t.Context(), unique()); err != nil || len(got) > 0 {
		t.Errorf("one that nobody called has %+v, %v", got, err)
	}
}

// staleBreaker writes in place of what no longer stands.
func staleBreaker(t *testing.T, s BreakerStore) {
	c := verifying(unique())
	want := putBreaker(t, s, c, everyBreaker())
	for _, revision := range []int64{0, 2} {
		stands, err := s.PutBreaker(t.Context(), c, upstream.Breaker{Revision: revision})
		if !fault.Is(err, fault.Changed) || !reflect.DeepEqual(stands, want) {
			t.Errorf("written over: %+v, %v", stands, err)
		}
	}
	stands, err := s.PutBreaker(t.Context(), verifying(unique()), upstream.Breaker{Revision: 1})
	if !fault.Is(err, fault.Changed) || !reflect.DeepEqual(stands, upstream.Breaker{}) {
		t.Errorf("written over nothing: %+v, %v", stands, err)
	}
	wantBreaker(t, s, c, want)
}

// oneOpens has many calls fail at once, each of which counts until the breaker is open.
func oneOpens(t *testing.T, s BreakerStore) {
	c, counted := verifying(unique()), 0
	for range 5 {
		read, err := s.Breaker(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		next, changed := read.After(upstream.Away, now)
		if !changed {
			t.Fatalf("open after %d", counted)
		}
		counted += race(t, fault.New(fault.Changed), func(int) error {
			_, err := s.PutBreaker(t.Context(), c, next)
			return err
		})
	}
	open, err := s.Breaker(t.Context(), c)
	if _, leave := open.Admit(now); err != nil || leave != upstream.Refused || counted != 5 {
		t.Errorf("after %d failures it stands as %+v, %v", counted, open, err)
	}
}

// oneProbes has many calls at once come when a breaker has rested.
func oneProbes(t *testing.T, s BreakerStore) {
	c := verifying(unique())
	open := putBreaker(t, s, c, upstream.Breaker{Until: now, Rest: time.Minute})
	probing, leave := open.Admit(now)
	if leave != upstream.Probe {
		t.Fatalf("rested, it says %d", leave)
	}
	wantOneWinner(t, fault.New(fault.Changed), func(int) error {
		_, err := s.PutBreaker(t.Context(), c, probing)
		return err
	})
}

func dayLimit(t *testing.T, s BreakerStore) {
	u := upstream.Upstream{Name: unique()}
	today, tomorrow := u.Day(now), u.Day(now.Add(24*time.Hour))
	for _, test := range []struct {
		day    upstream.Day
		limit  int64
		passes bool
	}{
		{today, 2, true}, {today, 2, true}, {today, 2, false}, {tomorrow, 2, true}, {today, 3, true},
		{today, 2, false}, {upstream.Upstream{Name: unique()}.Day(now), 2, true},
	} {
		err := s.Count(t.Context(), test.day, test.limit)
		if (err == nil) != test.passes || err != nil && !fault.Is(err, fault.QuotaExceeded) {
			t.Errorf("%+v: %v", test, err)
		}
	}
}

func dayRace(t *testing.T, s BreakerStore) {
	day := upstream.Upstream{Name: unique()}.Day(now)
	const limit = 10
	counted := race(t, fault.New(fault.QuotaExceeded), func(int) error {
		return s.Count(t.Context(), day, limit)
	})
	if counted != limit {
		t.Errorf("%d of %d passed a limit of %d", counted, racers, limit)
	}
}
