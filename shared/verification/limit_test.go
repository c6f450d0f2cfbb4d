package verification_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"lineproof/shared/verification"
)

// arrival is what came at a time.
type arrival struct {
	at time.Time
	n  int64
}

// most returns the most that came within any stretch of per.
func most(all []arrival, per time.Duration) (peak int64) {
	var sum int64
	first := 0
	for _, a := range all {
		sum += a.n
		for !all[first].at.After(a.at.Add(-per)) {
			sum -= all[first].n
			first++
		}
		peak = max(peak, sum)
	}
	return peak
}

// meterHolds drives a meter with arrivals drawn from random, dense and with pauses, and checks that
// no stretch holds more than the cap, that nothing is refused without need, and that an idle meter
// lets all of its count pass at once.
func meterHolds(t *testing.T, random *rand.Rand) {
	t.Helper()
	m := verification.Limit{Count: 1 + random.Int64N(40),
		Per: []time.Duration{time.Second, 10 * time.Minute, 24 * time.Hour}[random.IntN(3)]}
	var w verification.Window
	var passed []arrival
	now, looksBack := begin, m.Per+m.Per/10
	take := func(n int64) (ok bool) {
		if w, ok = m.Take(w, n, now); ok {
			passed = append(passed, arrival{now, n})
		}
		return ok
	}
	for range 300 {
		now = now.Add(time.Duration(random.Int64N(int64(m.Per) / []int64{1, 5, 50,
			500}[random.IntN(4)])))
		n := 1 + random.Int64N(max(1, m.Count/3))
		if !take(n) {
			recent := passed
			for len(recent) > 0 && !recent[0].at.After(now.Add(-looksBack)) {
				recent = recent[1:]
			}
			if sum := most(recent, 2*looksBack); sum+n <= m.Count {
				t.Fatalf("%d refused beside %d of %d", n, sum, m.Count)
			}
		}
	}
	if got := most(passed, m.Per); got > m.Count {
		t.Fatalf("%d passed within %v, the cap is %d", got, m.Per, m.Count)
	}
	now = now.Add(looksBack)
	if !take(m.Count) || take(1) {
		t.Fatalf("an idle meter does not let exactly %d pass at once", m.Count)
	}
}

func TestMeterHolds(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		meterHolds(t, rand.New(rand.NewPCG(seed, 0)))
	}
}

func FuzzMeter(f *testing.F) {
	f.Add(uint64(0), uint64(1))
	f.Fuzz(func(t *testing.T, a, b uint64) {
		meterHolds(t, rand.New(rand.NewPCG(a, b)))
	})
}

func TestMeterGivesBack(t *testing.T) {
	t.Parallel()
	m := verification.Limit{Count: 2, Per: 10 * time.Minute}
	w, _ := m.Take(verification.Window{}, 2, begin)
	w, _ = m.Take(w, -1, begin)
	w, ok := m.Take(w, 1, begin)
	if !ok {
		t.Error("what was given back is not there")
	}
	w, _ = m.Take(w, -1, begin.Add(time.Minute)) // another slot has begun
	if _, ok = m.Take(w, 1, begin.Add(time.Minute)); ok {
		t.Error("an older slot gave back")
	}
	w, _ = m.Take(w, -5, begin)
	if w.Total() < 0 || w.Total() > 2 {
		t.Errorf("the window holds %d", w.Total())
	}
}

// A clock that is behind neither finds more room nor makes any.
func TestMeterClockBehind(t *testing.T) {
	t.Parallel()
	m := verification.Limit{Count: 3, Per: time.Second}
	w, _ := m.Take(verification.Window{}, 3, begin)
	if _, ok := m.Take(w, 1, begin.Add(-time.Hour)); ok {
		t.Error("a fourth passed by a clock that is behind")
	}
	w, _ = m.Take(verification.Window{}, 3, begin.Add(-time.Second))
	if _, ok := m.Take(w, 1, begin.Add(-1)); ok {
		t.Error("a fourth passed within the second")
	}
}

func TestMeterWithoutCount(t *testing.T) {
	t.Parallel()
	if w, ok := (verification.Limit{}).Take(verification.Window{}, 1_000_000, begin); !ok || w.Total() != 0 {
		t.Errorf("no cap counts %d, passes %v", w.Total(), ok)
	}
}
