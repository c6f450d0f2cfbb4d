package dynamo_test

import (
	"context"
	"errors"
	mathrand "math/rand/v2"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/dynamo"
	"lineproof/shared/dynamo/dynamodel"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// books are one account's in tables whose calls come in every order.
type books struct {
	*testing.T
	db       *dynamodel.DB
	names    dynamo.Tables
	accounts *dynamo.Accounts
	budget   int64 // all that was topped up, in prices
	seed     byte
	refs     []verification.Ref // of all that may have begun
}

const price = 100_000

func newBooks(t *testing.T, s *dynamodel.Schedule) *books {
	t.Helper()
	b := &books{T: t, names: pinNamed()}
	b.db = dynamodel.New(dynamodel.Options{Schedule: s}, b.names.Schemas()...)
	client := dynamo.NewClient(b.db.Process(nil).Config())
	b.accounts = dynamo.NewAccounts(client, b.names.Accounts, b.names.Ledgers)
	return b
}

// process is the store of a process of its own.
func (b *books) process(faults func(dynamodel.Call) dynamodel.Fault) *dynamo.Verifications {
	b.seed++
	client := dynamo.NewClient(b.db.Process(faults).Config())
	random := mathrand.NewChaCha8([32]byte{b.seed})
	return dynamo.NewVerifications(client, b.names.Pins, b.names.Ledgers, random)
}

// topUp adds so many prices. A transaction whose answer is lost counts as made.
func (b *books) topUp(ctx context.Context, prices int64, payment string) {
	b.budget += prices
	if err := b.accounts.TopUp(ctx, owner, prices*price, payment); err != nil {
		b.Errorf("top up: %v", err)
	}
}

const owner account.Key = 0xabcd1234

// start is the n-th verification, each of a number of its own, so long after pinNow.
func (b *books) start(n uint64, after time.Duration) verification.Admission {
	start := pinStart(n)
	start.Now, start.Rate = pinNow.Add(after), verification.Limit{}
	start.Verification.Submitted, start.Verification.Expires = start.Now, start.Now.Add(time.Hour)
	start.Verification.Number = customer{accounts: 1, apart: together}.ref(int(n)).Number
	return start
}

// begin has a process begin the n-th.
func (b *books) begin(ctx context.Context, s *dynamo.Verifications, n uint64, after time.Duration) error {
	start := b.start(n, after)
	b.refs = append(b.refs, start.Verification.Ref)
	_, err := s.Begin(ctx, start)
	return err
}

// close settles all that has begun, and has what is left reserved at once: as much as was topped up
// and not charged, whatever came between.
func (b *books) close() {
	s, paid := b.process(nil), int64(0)
	for _, ref := range b.refs {
		v := standing(b.T, s, ref)
		if v.Ref != ref {
			continue
		}
		charge := isCharged(v)
		if charge {
			paid++
		}
		if !v.Settled {
			if err := s.Settle(b.Context(), v, charge); err != nil {
				b.Errorf("settle: %v", err)
			}
		}
	}
	want := account.Ledger{Held: (b.budget - paid) * price, Charged: paid * price}
	b.reserve(s, want.Held)
	if l, err := b.accounts.Ledger(b.Context(), owner); err != nil || l != want {
		b.Errorf("the ledger is %+v (%v), want %+v", l, err, want)
	}
}

// reserve begins one verification that takes an amount, and fails to begin one that takes more: at
// first so much more that all that was settled has to be paid in.
func (b *books) reserve(s *dynamo.Verifications, amount int64) {
	for _, more := range []int64{b.budget * price, 0} {
		start := b.start(901, 60*time.Hour)
		start.Verification.Held = amount + more + 1
		if _, err := s.Begin(b.Context(), start); !errors.Is(err, fault.New(fault.QuotaExceeded)) {
			b.Errorf("more than %d is free: %v", amount, err)
		}
	}
	start := b.start(902, 60*time.Hour)
	start.Verification.Held = amount
	if _, err := s.Begin(b.Context(), start); err != nil {
		b.Errorf("%d are not free: %v", amount, err)
	}
}
