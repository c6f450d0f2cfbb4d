package dynamo_test

import (
	"testing"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/upstream"
)

// keptCircuit is the breaker of each value of keptBreakers, and keptDay the day of keptDays.
var (
	keptCircuits = []upstream.Circuit{
		{Upstream: "operator", Operation: upstream.Exchanging},
		{Upstream: "operator", Operation: upstream.Verifying},
		{Upstream: "other", Operation: upstream.Verifying},
	}
	keptDay = upstream.Upstream{Name: "operator"}.Day(keptNow)
)

func keptBreakers(int) []any {
	return anys(
		upstream.Breaker{Revision: 1},
		upstream.Breaker{Failures: []time.Time{keptNow, keptNow.Add(time.Nanosecond)}, Revision: 1},
		upstream.Breaker{Until: keptNow.Add(time.Minute), Rest: time.Minute, Revision: 2},
	)
}

func writeBreakers(t *testing.T, s *stores) {
	t.Helper()
	for i, b := range as[upstream.Breaker](keptBreakers(latest)) {
		last := b.Revision
		for b.Revision = range last {
			_, err := s.breakers.PutBreaker(t.Context(), keptCircuits[i], b)
			noError(t, err)
		}
	}
}

func readBreakers(t *testing.T, s *stores) (read []any) {
	t.Helper()
	for _, c := range keptCircuits {
		b, err := s.breakers.Breaker(t.Context(), c)
		noError(t, err)
		read = append(read, b)
	}
	return read
}

func keptDays(int) []any { return anys(2) }

func writeDays(t *testing.T, s *stores) {
	t.Helper()
	for _, n := range as[int](keptDays(latest)) {
		for range n {
			noError(t, s.breakers.Count(t.Context(), keptDay, 2))
		}
	}
}

// readDays tells how many there have been by the limit that passes one more.
func readDays(t *testing.T, s *stores) []any {
	t.Helper()
	for limit := range 10 {
		err := s.breakers.Count(t.Context(), keptDay, int64(limit+1))
		if err == nil {
			return anys(limit)
		}
		if !fault.Is(err, fault.QuotaExceeded) {
			t.Fatal(err)
		}
	}
	return nil
}
