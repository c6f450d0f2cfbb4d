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

// TestInterleavedSettlements has two processes settle one verification, their calls in every order,
// while one of them may die at any call: it is charged once. What a dead process has not paid in is
// found when the budget is spent.
func TestInterleavedSettlements(t *testing.T) {
	t.Parallel()
	start, names := pinStart(1), pinNamed()
	ref, price, next := start.Verification.Ref, start.Verification.Held, pinStart(2)
	next.Verification.Number, next.Now = number, pinNow.Add(time.Minute)
	schedules := dynamodel.Interleave(t, func(t *testing.T, s *dynamodel.Schedule) {
		db := dynamodel.New(dynamodel.Options{Schedule: s}, names.Schemas()...)
		seed := byte(0)
		store := func(p *dynamodel.Process) *dynamo.Verifications {
			seed++
			random := mathrand.NewChaCha8([32]byte{seed})
			return dynamo.NewPins(dynamo.NewClient(p.Config()), names.Pins, names.Ledgers, random)
		}
		plain := db.Process(nil)
		accounts := dynamo.NewAccounts(dynamo.NewClient(plain.Config()), names.Accounts, names.Ledgers)
		if err := accounts.TopUp(t.Context(), ref.Account, price, "p"); err != nil {
			t.Fatal(err)
		}
		if _, err := store(plain).Begin(t.Context(), start); err != nil {
			t.Fatal(err)
		}
		one, other := store(db.Process(mortal(s, 5))), store(db.Process(nil))
		s.Run(t, func(ctx context.Context) { _ = settled(ctx, one, ref) },
			func(ctx context.Context) { _ = settled(ctx, other, ref) })
		if v := standing(t, other, ref); !v.Settled {
			t.Error("it is not settled")
		}
		if _, err := other.Begin(t.Context(), next); !errors.Is(err, fault.New(fault.QuotaExceeded)) {
			t.Errorf("another begins: %v", err)
		}
		want := account.Ledger{Charged: price}
		if l, err := accounts.Ledger(t.Context(), ref.Account); err != nil || l != want {
			t.Errorf("the ledger is %+v (%v), want %+v", l, err, want)
		}
	})
	t.Logf("%d schedules", schedules)
	if schedules < 100 {
		t.Errorf("only %d schedules", schedules)
	}
}
