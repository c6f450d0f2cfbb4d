package dynamo_test

import (
	"crypto/rand"
	"net/http"
	"testing"

	"lineproof/shared/account"
	"lineproof/shared/dynamo"
	"lineproof/shared/phone"
	"lineproof/shared/verification"
)

// BenchmarkPINStore prints what each operation of the Verify API takes of the store: requests and
// capacity units.
func BenchmarkPINStore(b *testing.B) {
	names := pinTables(b)
	counter := newCapacity(local(b, http.DefaultTransport))
	s := dynamo.NewVerifications(counter, names.Pins, names.Ledgers, rand.Reader)
	next := uint64(447700000000)
	fresh := func() verification.Admission {
		next++
		start := pinStart(1)
		start.Verification.Number, _ = phone.FromUint64(next)
		start.Verification.Account, start.Verification.Held = account.Key(next), 0 // an account of its own, which pays later
		return start
	}
	for _, op := range []struct {
		name string
		call func(verification.Admission) error
	}{
		{"request", func(start verification.Admission) error { _, err := s.Begin(b.Context(), start); return err }},
		{"check", func(start verification.Admission) error {
			_, err := s.Check(b.Context(), pinAttempt(start.Verification.Ref))
			return err
		}},
		{"control", func(start verification.Admission) error {
			_, _, err := s.Skip(b.Context(), verification.Wish{Ref: start.Verification.Ref, Now: pinNow})
			return err
		}},
		{"search", func(start verification.Admission) error {
			_, err := s.Find(b.Context(), []verification.Ref{start.Verification.Ref})
			return err
		}},
	} {
		b.Run(op.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				start := fresh()
				if op.name != "request" {
					if _, err := s.Begin(b.Context(), start); err != nil {
						b.Fatal(err)
					}
				}
				counter.reset()
				b.StartTimer()
				if err := op.call(start); err != nil {
					b.Fatal(err)
				}
			}
			usage := counter.usage()
			b.ReportMetric(float64(usage.Requests), "requests/op")
			b.ReportMetric(usage.Read, "RCU/op")
			b.ReportMetric(usage.Write, "WCU/op")
		})
	}
}
