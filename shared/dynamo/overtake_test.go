package dynamo_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"lineproof/shared/dynamo"
	"lineproof/shared/dynamo/dynamodel"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// TestInterleavedSends begins two verifications that take a third's place, their calls in every
// order. All that the number's meter admits begin, of which one is alive in the end, and each other
// one gave way and owes its message.
func TestInterleavedSends(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		most  int64 // that the meter admits, beside the third
		least int   // of schedules
	}{"uncapped": {0, 60}, "capped": {2, 60}, "one too many": {1, 60}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schedules := dynamodel.Interleave(t, func(t *testing.T, s *dynamodel.Schedule) {
				sends(t, s, c.most)
			})
			t.Logf("%d schedules", schedules)
			if schedules < c.least {
				t.Errorf("only %d schedules", schedules)
			}
		})
	}
}

func sends(t *testing.T, s *dynamodel.Schedule, most int64) {
	t.Helper()
	b := newBooks(t, s)
	b.topUp(t.Context(), 3, "first")
	var began atomic.Int32
	send := func(n uint64) func(context.Context) {
		process, start := b.process(nil), b.start(n, time.Minute)
		start.Verification.Number = b.start(1, 0).Verification.Number
		start.Policy = verification.Supersede
		if most > 0 {
			start.Number = verification.Limit{Per: 24 * time.Hour, Kind: fault.NumberCapped}
			start.Number.Count = 1 + most
		}
		b.refs = append(b.refs, start.Verification.Ref)
		return func(ctx context.Context) {
			switch _, err := process.Begin(ctx, start); {
			case err == nil:
				began.Add(1)
			case !fault.Is(err, fault.NumberCapped):
				t.Errorf("%d: %v", n, err)
			}
		}
	}
	send(1)(t.Context())
	s.Run(t, send(2), send(3))
	want := 3
	if most > 0 {
		want = int(min(2, most)) + 1
	}
	count := b.states(b.process(nil))
	live, gaveWay := count[verification.InProgress], count[verification.Superseded]
	if int(began.Load()) != want || live != 1 || gaveWay != want-1 {
		t.Errorf("%d of %d began, they stand %v", began.Load(), want, count)
	}
}

// states counts what has begun by its state, and wants what gave way to owe its message.
func (b *books) states(s *dynamo.Verifications) map[verification.State]int {
	now, count := pinNow.Add(time.Minute), map[verification.State]int{}
	for _, ref := range b.refs {
		v := standing(b.T, s, ref)
		if v.Ref != ref {
			continue
		}
		count[v.State(now)]++
		if v.GaveWay && !v.Owes(now) {
			b.Errorf("it gave way as %+v", v)
		}
	}
	return count
}
