package dynamo_test

import (
	"context"
	"crypto/rand"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/dynamo"
	"lineproof/shared/verification"
)

// between is a verification in DynamoDB Local, a store that loses the answer to its next write and
// lets someone else write before the second try, and one that loses nothing.
type between struct {
	verification.Verification
	lossy, plain *dynamo.Verifications
	accounts     *dynamo.Accounts
	armed        atomic.Bool
	other        func()
}

func newBetween(t *testing.T) *between {
	t.Helper()
	b, names := &between{other: func() {}}, pinTables(t)
	plain := local(t, http.DefaultTransport)
	b.plain = dynamo.NewVerifications(plain, names.Pins, names.Ledgers, rand.Reader)
	b.accounts = dynamo.NewAccounts(plain, names.Accounts, names.Ledgers)
	b.lossy = dynamo.NewVerifications(patient(t, func(r *http.Request) (*http.Response, error) {
		reads := r.Header.Get("X-Amz-Target") == "DynamoDB_20120810.BatchGetItem"
		if reads || !b.armed.CompareAndSwap(true, false) {
			return http.DefaultTransport.RoundTrip(r)
		}
		_, err := loseAnswer(r)
		b.other()
		return nil, err
	}), names.Pins, names.Ledgers, rand.Reader)
	start := pinStart(1)
	owner := start.Verification.Account
	if err := b.accounts.TopUp(t.Context(), owner, 1_000_000, "p"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.plain.Begin(t.Context(), start); err != nil {
		t.Fatal(err)
	}
	b.Verification = standing(t, b.plain, start.Verification.Ref)
	return b
}

func (b *between) check(t *testing.T) func() {
	return func() {
		if _, err := b.plain.Check(t.Context(), pinAttempt(b.Ref)); err != nil {
			t.Errorf("the check between: %v", err)
		}
	}
}

// TestPINLostAnswersBetween loses the answer to a write, has someone else write, and lets the
// client try again: the write has been made, once, and its caller learns so.
func TestPINLostAnswersBetween(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(*testing.T, context.Context, *between){
		"claim": func(t *testing.T, ctx context.Context, b *between) {
			b.other = b.check(t)
			v := b.Verification
			v.Event, v.Claimant = 1, "me"
			b.lose(t, func() error { return b.lossy.Replace(ctx, v) })
			b.want(t, func(v verification.Verification) bool { return v.Claimant == "me" && v.Total == 1 })
		},
		"check": func(t *testing.T, ctx context.Context, b *between) {
			b.other = b.check(t)
			b.lose(t, func() error { _, err := b.lossy.Check(ctx, pinAttempt(b.Ref)); return err })
			b.want(t, func(v verification.Verification) bool { return v.Total == 2 && len(v.Checks) == 2 })
		},
		"skip": func(t *testing.T, ctx context.Context, b *between) {
			b.other = b.check(t)
			b.lose(t, func() error { _, _, err := b.lossy.Skip(ctx, verification.Wish{Ref: b.Ref, Now: pinNow}); return err })
			b.want(t, func(v verification.Verification) bool { return v.Left == 1 })
		},
		"skip given back": func(t *testing.T, ctx context.Context, b *between) {
			_, giveBack, err := b.lossy.Skip(ctx, verification.Wish{Ref: b.Ref, Now: pinNow})
			if err != nil {
				t.Fatal(err)
			}
			b.other = func() {
				if _, _, err := b.plain.Skip(ctx, verification.Wish{Ref: b.Ref, Now: pinNow}); err != nil {
					t.Error(err)
				}
			}
			b.lose(t, func() error { return giveBack(ctx) })
			b.want(t, func(v verification.Verification) bool { return v.Left == 1 })
		},
		"cancel": func(t *testing.T, ctx context.Context, b *between) {
			b.other = func() {
				if err := b.plain.Settle(ctx, standing(t, b.plain, b.Ref), false); err != nil {
					t.Error(err)
				}
			}
			b.lose(t, func() error { _, err := b.lossy.Cancel(ctx, cancellation(b.Ref, pinNow, pinNow)); return err })
			b.want(t, func(v verification.Verification) bool { return v.Settled && !v.CancelledAt.IsZero() })
		},
		"settle": func(t *testing.T, ctx context.Context, b *between) {
			b.other = b.next(t)
			b.lose(t, func() error { return b.lossy.Settle(ctx, b.Verification, true) })
			b.wantLedger(t, account.Ledger{Free: 800_000, Held: 100_000, Charged: 100_000})
		},
		"withdraw": func(t *testing.T, ctx context.Context, b *between) {
			b.other = b.next(t)
			b.lose(t, func() error { _, err := b.lossy.Withdraw(ctx, b.Ref, pinNow); return err })
			b.wantLedger(t, account.Ledger{Free: 900_000, Held: 100_000})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, t.Context(), newBetween(t))
		})
	}
}

// lose makes a write whose first answer is lost, and wants it to succeed.
func (b *between) lose(t *testing.T, write func() error) {
	t.Helper()
	b.armed.Store(true)
	if err := write(); err != nil {
		t.Errorf("gave %v", err)
	}
	if b.armed.Load() {
		t.Error("no answer was lost")
	}
}

func (b *between) want(t *testing.T, holds func(verification.Verification) bool) {
	t.Helper()
	if v := standing(t, b.plain, b.Ref); !holds(v) {
		t.Errorf("stands %+v", v)
	}
}

func (b *between) wantLedger(t *testing.T, want account.Ledger) {
	t.Helper()
	if l, err := b.accounts.Ledger(t.Context(), b.Account); err != nil || l != want {
		t.Errorf("ledger %+v, %v, want %+v", l, err, want)
	}
}

// next begins another verification of the number.
func (b *between) next(t *testing.T) func() {
	return func() {
		start := pinStart(2)
		start.Now = pinNow.Add(time.Minute)
		if _, err := b.plain.Begin(t.Context(), start); err != nil {
			t.Errorf("the beginning between: %v", err)
		}
	}
}
