package dynamo

import (
	"crypto/rand"
	"testing"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

var purseNow = time.Date(2126, 3, 14, 15, 9, 26, 0, time.UTC)

func held(t *testing.T, amount int64, now time.Time) hold {
	t.Helper()
	h, err := newHold(rand.Reader, amount, now)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestHolds tells of each what it sets aside, and in which hour.
func TestHolds(t *testing.T) {
	t.Parallel()
	for _, amount := range []int64{1, 127, 128, 100_000, 1 << 40} {
		h := held(t, amount, purseNow)
		if h.amount() != amount || !h.since().Equal(purseNow.Truncate(time.Hour)) {
			t.Errorf("%d is %d, since %v", amount, h.amount(), h.since())
		}
	}
	for _, none := range []hold{nil, {}, {1, 2, 3, 4, 5, 6, 7, 8}} {
		if none.amount() != 0 || !none.since().IsZero() {
			t.Errorf("%v sets %d aside", none, none.amount())
		}
	}
}

// TestSpareHolds pay for starts that count alike, and for no others.
func TestSpareHolds(t *testing.T) {
	t.Parallel()
	day := verification.Limit{Count: 9, Per: 24 * time.Hour, Kind: fault.TooManyRequests}
	start := verification.Admission{Daily: day, Now: purseNow}
	start.Verification.Held = 100
	by, shares := metersOf(start)
	p := &purse{}
	p.put(1, by, held(t, 100, purseNow))
	for name, change := range map[string]func(*verification.Admission){
		"another price":  func(s *verification.Admission) { s.Verification.Held = 99 },
		"another cap":    func(s *verification.Admission) { s.Daily.Count++ },
		"counted before": func(s *verification.Admission) { s.Daily = verification.Limit{} },
		"old":            func(s *verification.Admission) { s.Now = s.Now.Add(staleAfter) },
	} {
		other := start
		change(&other)
		of, _ := metersOf(other)
		if _, _, ok := p.take(of, other.Now); ok {
			t.Errorf("%s: it is paid by a hold of others", name)
		}
	}
	limited := start
	limited.Rate = verification.Limit{Count: 1, Per: time.Second}
	if _, limitedShares := metersOf(limited); limitedShares || !shares {
		t.Error("what a rate counts is set aside ahead")
	}
	if _, set, ok := p.take(by, purseNow); !ok || set != 1 {
		t.Errorf("its own hold is in set %d, %v", set, ok)
	}
	if _, _, ok := p.take(by, purseNow); ok {
		t.Error("a hold pays twice")
	}
}

// TestNeeds sets aside as many holds as came lately, and one where a limit is near.
func TestNeeds(t *testing.T) {
	t.Parallel()
	start := verification.Admission{Now: purseNow}
	start.Verification.Held = 100
	p := &purse{seen: verification.AccountUsage{Free: 1 << 40}}
	for want := int64(1); want <= mostHolds+2; want++ {
		start.Now = start.Now.Add(time.Millisecond)
		if n := p.needs(start); n != min(want, mostHolds) {
			t.Errorf("the %dth sets %d aside", want, n)
		}
	}
	p.seen.Free = ample*mostHolds*100 - 1
	if n := p.needs(start); n != 1 {
		t.Errorf("near the end of the budget it sets %d aside", n)
	}
	p.seen.Free, start.Daily = 1<<40, verification.Limit{Count: ample*mostHolds - 1, Per: 24 * time.Hour}
	if n := p.needs(start); n != 1 {
		t.Errorf("near the end of the day's cap it sets %d aside", n)
	}
	p.seen.Free, start.Daily, p.open = 1<<40, verification.Limit{}, mostOpen
	if n := p.needs(start); n != 1 {
		t.Errorf("in a ledger full of holds it sets %d aside", n)
	}
	p.open = 0
	start.Now = start.Now.Add(lately + time.Second)
	if n := p.needs(start); n != 1 {
		t.Errorf("after a pause it sets %d aside", n)
	}
}
