package dynamo_test

import (
	"context"
	"testing"
	"time"

	"lineproof/shared/dynamo"
	"lineproof/shared/dynamo/dynamodel"
	"lineproof/shared/verification"
)

// deaths are the faults that end a process at one of its calls, or none.
var deaths = []dynamodel.Fault{dynamodel.DieBefore, dynamodel.DieWithin, dynamodel.DieAfter}

// mortal has the process of a schedule live, or die at one of so many calls, in each way.
func mortal(s *dynamodel.Schedule, calls int) func(dynamodel.Call) dynamodel.Fault {
	chosen := s.Choose(1 + calls*len(deaths))
	return func(c dynamodel.Call) dynamodel.Fault {
		if chosen > 0 && c.Number == 1+(chosen-1)/len(deaths) {
			return deaths[(chosen-1)%len(deaths)]
		}
		return dynamodel.None
	}
}

// operation is one of a process of its own.
type operation func(context.Context, *books, *dynamo.Verifications)

// begins begins the n-th verification, settles settles it, and tops is a top-up of one price.
func begins(n uint64, after time.Duration) operation {
	return func(ctx context.Context, b *books, s *dynamo.Verifications) { _ = b.begin(ctx, s, n, after) }
}

func settles(n uint64) operation {
	return func(ctx context.Context, b *books, s *dynamo.Verifications) {
		found, err := s.Find(ctx, []verification.Ref{b.start(n, 0).Verification.Ref})
		if err == nil && found[0].Nonce == n {
			_ = s.Settle(ctx, found[0], isCharged(found[0]))
		}
	}
}

// isCharged tells whether a verification is a success: one that nobody ended.
func isCharged(v verification.Verification) bool { return v.CancelledAt.IsZero() }

func withdraws(n uint64) operation {
	return func(ctx context.Context, b *books, s *dynamo.Verifications) {
		_, _ = s.Withdraw(ctx, b.start(n, 0).Verification.Ref, pinNow)
	}
}

func tops(ctx context.Context, b *books, _ *dynamo.Verifications) { b.topUp(ctx, 1, "second") }

// supersedes begins the n-th verification of the first one's number, in its place.
func supersedes(n uint64) operation {
	return func(ctx context.Context, b *books, s *dynamo.Verifications) {
		start := b.start(n, time.Minute)
		start.Verification.Number, start.Policy = b.start(1, 0).Verification.Number, verification.Supersede
		b.refs = append(b.refs, start.Verification.Ref)
		_, _ = s.Begin(ctx, start)
	}
}

// busy begins verifications until the process sets several prices aside at once.
func busy(first uint64) operation {
	return func(ctx context.Context, b *books, s *dynamo.Verifications) {
		for n := range uint64(3) {
			_ = b.begin(ctx, s, first+n, 0)
		}
	}
}

// late is when holds of pinNow are stale.
const late = 29 * time.Hour

// race is two operations that run at once, of which the first may die at any of so many calls.
type race struct {
	budget int64 // in prices
	before []operation
	at     [2]operation
	calls  int
	least  int // of schedules
}

// mostCalls is how many calls a process may die at in the long run of the races (see -scale).
const mostCalls = 8

var races = map[string]race{
	"begin, begin":         {1, nil, [2]operation{begins(1, 0), begins(2, 0)}, 3, 50},
	"begin, begin several": {300, nil, [2]operation{begins(9, 0), busy(1)}, 2, 100},
	"begin, top up":        {0, nil, [2]operation{begins(1, 0), tops}, 4, 30},
	"settle, settle":       {1, did(begins(1, 0)), [2]operation{settles(1), settles(1)}, 4, 400},
	"settle, top up":       {1, did(begins(1, 0)), [2]operation{settles(1), tops}, 4, 50},
	"settle, begin":        {2, did(begins(1, 0)), [2]operation{settles(1), begins(2, 0)}, 4, 100},
	"withdraw, begin that lacks it": {1, did(begins(1, 0)),
		[2]operation{withdraws(1), begins(2, 0)}, 4, 500},
	"settle, begin that lacks what a dead process left": {
		2, did(begins(1, 0), begins(2, 0), dies(withdraws(1), 3)),
		[2]operation{settles(2), begins(3, 0)}, 0, 100},
	"begin, begin where all is stale": {1, did(dies(begins(1, 0), 2)),
		[2]operation{begins(3, late), begins(4, late)}, 0, 100},
	"settle, give back what is stale": {3, did(begins(1, 0)),
		[2]operation{settles(1), twice(begins(3, late), begins(4, late))}, 0, 50},
	"give back what is stale, pay in what a dead process left": {
		4, did(begins(1, 0), begins(2, 0), dies(settles(1), 3)),
		[2]operation{twice(begins(3, late), begins(4, late)), settles(2)}, 0, 100},
	"supersede, check":  {1, did(begins(1, 0)), [2]operation{supersedes(2), checks(1)}, 8, 90},
	"supersede, settle": {2, did(begins(1, 0)), [2]operation{supersedes(2), settles(1)}, 4, 500},
	"supersede, supersede": {3, did(begins(1, 0)),
		[2]operation{supersedes(2), supersedes(3)}, 8, 500},
	"supersede, supersede twice": {4, did(begins(1, 0)),
		[2]operation{supersedes(2), twice(supersedes(3), supersedes(4))}, 0, 500},
}

func did(operations ...operation) []operation { return operations }

// twice is one operation after the other, of one process.
func twice(one, other operation) operation {
	return func(ctx context.Context, b *books, s *dynamo.Verifications) {
		one(ctx, b, s)
		other(ctx, b, s)
	}
}

// checks tries a wrong code.
func checks(n uint64) operation {
	return func(ctx context.Context, b *books, s *dynamo.Verifications) {
		_, _ = s.Check(ctx, pinAttempt(b.start(n, 0).Verification.Ref))
	}
}

// dies is an operation whose process dies before its n-th call.
func dies(o operation, n int) operation {
	return func(ctx context.Context, b *books, _ *dynamo.Verifications) {
		o(ctx, b, b.process(func(c dynamodel.Call) dynamodel.Fault {
			if c.Number == n {
				return dynamodel.DieBefore
			}
			return dynamodel.None
		}))
	}
}

// TestInterleavedMoney has two processes move an account's money, their calls in every order, while
// one of them may die at any call. In the end each verification has been charged once or refunded
// once, and all the rest can be spent, and no more.
func TestInterleavedMoney(t *testing.T) {
	t.Parallel()
	for name, r := range races {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if *scale && r.calls > 0 {
				r.calls = mostCalls
			}
			schedules := dynamodel.Interleave(t, r.play)
			t.Logf("%d schedules", schedules)
			if schedules < r.least {
				t.Errorf("only %d schedules", schedules)
			}
		})
	}
}

func (r race) play(t *testing.T, s *dynamodel.Schedule) {
	b := newBooks(t, s)
	if r.budget > 0 {
		b.topUp(t.Context(), r.budget, "first")
	}
	for _, o := range r.before {
		o(t.Context(), b, b.process(nil))
	}
	one, other := b.process(mortal(s, r.calls)), b.process(nil)
	s.Run(t, func(ctx context.Context) { r.at[0](ctx, b, one) },
		func(ctx context.Context) { r.at[1](ctx, b, other) })
	b.close()
}
