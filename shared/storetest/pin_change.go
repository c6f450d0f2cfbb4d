package storetest

import (
	"bytes"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// right is the guess that start's verification waits for.
const right = "hash of the pin"

func attempt(ref verification.Ref, guess string, at time.Time) verification.Attempt {
	return verification.Attempt{Ref: ref, Guess: []byte(guess), Sealed: []byte(unique()), Now: at}
}

// live begins a verification with money for it.
func live(t *testing.T, s Verifications, r account.Registry) verification.Verification {
	t.Helper()
	owner := uniqueAccount()
	topUp(t, r, owner, price)
	return begun(t, s, start(owner))
}

func wantPinRefused(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, verification.ErrRefused) {
		t.Errorf("gave %v, want ErrRefused", err)
	}
}

func pinChecks(t *testing.T, s Verifications, r account.Registry) {
	v := live(t, s, r)
	ctx, later := t.Context(), now.Add(time.Second)
	first := attempt(v.Ref, "wrong", later)
	got, err := s.Check(ctx, first)
	want, _ := v.Try(first)
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, got, want)
	for name, a := range map[string]verification.Attempt{
		"after the PIN":    attempt(v.Ref, right, v.PINExpires),
		"after all":        attempt(v.Ref, right, v.Expires),
		"another's":        attempt(verification.Ref{Account: v.Account, Number: alice, Nonce: v.Nonce ^ 1}, right, later),
		"of another":       attempt(verification.Ref{Account: v.Account ^ 1, Number: alice, Nonce: v.Nonce}, right, later),
		"nothing's":        attempt(verification.Ref{Account: v.Account}, right, later),
		"another number's": attempt(verification.Ref{Account: v.Account, Number: bob, Nonce: v.Nonce}, right, later),
	} {
		stands, err := s.Check(ctx, a)
		if !errors.Is(err, verification.ErrRefused) {
			t.Errorf("%s: gave %v", name, err)
		}
		if a.Account == v.Account && a.Number == alice && stands.Ref != v.Ref {
			t.Errorf("%s: the live verification did not come back", name)
		}
	}
	got, err = s.Check(ctx, attempt(v.Ref, right, v.PINExpires.Add(-instant)))
	if err != nil || got.State(later) != verification.Success || got.Attempts != 2 {
		t.Errorf("right code: %v, %v after %d", err, got.State(later), got.Attempts)
	}
	_, err = s.Check(ctx, attempt(v.Ref, right, later))
	wantPinRefused(t, err)
}

func pinCheckTwice(t *testing.T, s Verifications, r account.Registry) {
	v := live(t, s, r)
	a := attempt(v.Ref, "wrong", now)
	_, _ = s.Check(t.Context(), a)
	_, _ = s.Check(t.Context(), attempt(v.Ref, "other", now))
	if got := find(t, s, v.Ref); got.Total != 2 || len(got.Checks) != 2 || !bytes.Equal(got.Checks[0], a.Sealed) {
		t.Errorf("%d checks counted, %d kept", got.Total, len(got.Checks))
	}
}

func pinRaceWrong(t *testing.T, s Verifications, r account.Registry) {
	v := live(t, s, r)
	won := race(t, verification.ErrRefused, func(int) error {
		_, err := s.Check(t.Context(), attempt(v.Ref, "wrong", now))
		return err
	})
	got := find(t, s, v.Ref)
	if won != 3 || got.Attempts != 3 || len(got.Checks) != 3 || got.State(now) != verification.Failed {
		t.Errorf("%d counted, %d kept, %v", won, len(got.Checks), got.State(now))
	}
}

func pinRaceRight(t *testing.T, s Verifications, r account.Registry) {
	v := live(t, s, r)
	wantOneWinner(t, verification.ErrRefused, func(int) error {
		_, err := s.Check(t.Context(), attempt(v.Ref, right, now))
		return err
	})
	if got := find(t, s, v.Ref); got.State(now) != verification.Success || got.Attempts != 1 {
		t.Errorf("%v after %d attempts", got.State(now), got.Attempts)
	}
}

func pinRightAgainstCancel(t *testing.T, s Verifications, r account.Registry) {
	for range 5 {
		v := live(t, s, r)
		var succeeded, cancelled atomic.Int32
		var done sync.WaitGroup
		for range 4 {
			done.Go(func() {
				if _, err := s.Check(t.Context(), attempt(v.Ref, right, now)); err == nil {
					succeeded.Add(1)
				}
			})
			done.Go(func() {
				if _, err := s.Cancel(t.Context(), cancellation(v.Ref, now, now)); err == nil {
					cancelled.Add(1)
				}
			})
		}
		done.Wait()
		state := find(t, s, v.Ref).State(now)
		if succeeded.Load()+cancelled.Load() != 1 || (state == verification.Success) != (succeeded.Load() == 1) {
			t.Errorf("%d succeeded, %d cancelled, stands %v", succeeded.Load(), cancelled.Load(), state)
		}
	}
}

func pinCancel(t *testing.T, s Verifications, r account.Registry) {
	v, ctx := live(t, s, r), t.Context()
	stands, err := s.Cancel(ctx, cancellation(v.Ref, now, v.Submitted.Add(-instant)))
	wantPinRefused(t, err)
	if stands.Ref != v.Ref {
		t.Error("the live verification did not come back")
	}
	_, err = s.Cancel(ctx, cancellation(v.Ref, v.Expires, v.Submitted))
	wantPinRefused(t, err)
	_, err = s.Cancel(ctx, cancellation(verification.Ref{Account: v.Account, Number: alice, Nonce: v.Nonce ^ 1}, now, v.Submitted))
	wantPinRefused(t, err)
	got, err := s.Cancel(ctx, cancellation(v.Ref, now, v.Submitted))
	if err != nil || got.State(now) != verification.Cancelled || !got.CancelledAt.Equal(now) {
		t.Errorf("cancel gave %v, stands %v", err, got.State(now))
	}
	_, err = s.Cancel(ctx, cancellation(v.Ref, now, v.Submitted))
	wantPinRefused(t, err)
	far := live(t, s, r)
	far.Event = 2
	if err := s.Replace(ctx, far); err != nil {
		t.Fatal(err)
	}
	_, err = s.Cancel(ctx, cancellation(far.Ref, now, far.Submitted))
	wantPinRefused(t, err)
}

func pinSkip(t *testing.T, s Verifications, r account.Registry) {
	v, ctx := live(t, s, r), t.Context()
	var giveBack verification.GiveBack
	for _, left := range []int{1, 0} {
		got, undo, err := s.Skip(ctx, verification.Wish{Ref: v.Ref, Now: now})
		if err != nil || got.Left != left {
			t.Errorf("skip gave %d left, %v; want %d", got.Left, err, left)
		}
		giveBack = undo
	}
	_, _, err := s.Skip(ctx, verification.Wish{Ref: v.Ref, Now: now})
	wantPinRefused(t, err)
	for range 2 {
		if err := giveBack(ctx); err != nil {
			t.Error(err)
		}
	}
	if got := find(t, s, v.Ref); got.Left != 1 {
		t.Errorf("given back twice, %d are left", got.Left)
	}
	_, _, err = s.Skip(ctx, verification.Wish{Ref: v.Ref, Now: v.Expires})
	wantPinRefused(t, err)
	if got, _, err := s.Skip(ctx, verification.Wish{Ref: v.Ref, Now: now}); err != nil || got.Left != 0 {
		t.Errorf("after it was given back: %d left, %v", got.Left, err)
	}
}

// pinWish has one wish of a name count until its event has begun, and none twice.
func pinWish(t *testing.T, s Verifications, r account.Registry) {
	v, ctx := live(t, s, r), t.Context()
	wish := func(by string) (verification.Verification, verification.GiveBack, error) {
		return s.Skip(ctx, verification.Wish{Ref: v.Ref, Now: now, By: []byte(by)})
	}
	got, giveBack, err := wish("first")
	if err != nil || got.Left != 1 || got.Wished != v.Event || string(got.WishedBy) != "first" {
		t.Fatalf("the first leaves %d, wished at %d by %q, %v",
			got.Left, got.Wished, got.WishedBy, err)
	}
	for _, by := range []string{"first", "second"} {
		stands, _, err := wish(by)
		wantPinRefused(t, err)
		if stands.Left != 1 || string(stands.WishedBy) != "first" {
			t.Errorf("%s leaves %d, wished by %q", by, stands.Left, stands.WishedBy)
		}
	}
	if err := giveBack(ctx); err != nil {
		t.Fatal(err)
	}
	if got, _, err = wish("first"); err != nil || got.Left != 1 {
		t.Fatalf("after it was given back, %d are left, %v", got.Left, err)
	}
	got.Event++
	if err := s.Replace(ctx, got); err != nil {
		t.Fatal(err)
	}
	_, _, err = wish("first")
	wantPinRefused(t, err)
	if got, _, err = wish("second"); err != nil || got.Left != 0 || got.Wished != v.Event+1 {
		t.Errorf("the second leaves %d, wished at %d, %v", got.Left, got.Wished, err)
	}
}

// pinSkipLate gives back what was taken for an event that has begun meanwhile.
func pinSkipLate(t *testing.T, s Verifications, r account.Registry) {
	v, ctx := live(t, s, r), t.Context()
	_, giveBack, err := s.Skip(ctx, verification.Wish{Ref: v.Ref, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	v = find(t, s, v.Ref)
	v.Event, v.Left = 2, 1
	if err := s.Replace(ctx, v); err != nil {
		t.Fatal(err)
	}
	if err := giveBack(ctx); err != nil {
		t.Error(err)
	}
	if got := find(t, s, v.Ref); got.Left != 1 {
		t.Errorf("%d of the events after the second are left", got.Left)
	}
}

func pinReplace(t *testing.T, s Verifications, r account.Registry) {
	v, ctx := live(t, s, r), t.Context()
	v.Event, v.Claimant, v.Queued, v.Throttles, v.Generation = 1, "me", true, 1, 2
	v.Events = []verification.Event{
		{Channel: verification.SMS, At: now, Outcome: verification.Accepted, Message: "m-1"},
		{Channel: verification.SMS, At: now, Outcome: verification.Refused, Reason: verification.OptedOut},
	}
	v.Guess, v.Attempts, v.Total = []byte("guess"), 1, 2
	if err := s.Replace(ctx, v); err != nil {
		t.Fatal(err)
	}
	wantPinRefused(t, s.Replace(ctx, v))
	v.Revision++
	wantSame(t, find(t, s, v.Ref), v)
	stale := v
	if _, err := s.Check(ctx, attempt(v.Ref, "wrong", now)); err != nil {
		t.Fatal(err)
	}
	wantPinRefused(t, s.Replace(ctx, stale))
	fresh := find(t, s, v.Ref)
	wantOneWinner(t, verification.ErrRefused, func(int) error { return s.Replace(ctx, fresh) })
	wantPinRefused(t, s.Replace(ctx, start(uniqueAccount()).Verification))
}

func pinSettle(t *testing.T, s Verifications, r account.Registry) {
	for charge, want := range map[bool]account.Ledger{true: {Charged: price}, false: {Free: price}} {
		v := live(t, s, r)
		wantLedger(t, r, v.Account, account.Ledger{Held: price})
		if err := s.Settle(t.Context(), v, charge); err != nil {
			t.Fatal(err)
		}
		got := find(t, s, v.Ref)
		if !got.Settled {
			t.Error("not marked")
		}
		wantPinRefused(t, s.Settle(t.Context(), v, charge))
		wantPinRefused(t, s.Settle(t.Context(), got, charge))
		wantLedger(t, r, v.Account, want)
	}
}

// pinSettledStays settles verifications whose time is not over, as a dispatcher does whose clock is
// ahead: they stay what they were settled as.
func pinSettledStays(t *testing.T, s Verifications, r account.Registry) {
	v, ctx := live(t, s, r), t.Context()
	if _, err := s.Check(ctx, attempt(v.Ref, "wrong", now)); err != nil {
		t.Fatal(err)
	}
	v = find(t, s, v.Ref)
	wantPinRefused(t, s.Settle(ctx, start(v.Account).Verification, false)) // another one
	if err := s.Settle(ctx, v, false); err != nil {
		t.Fatal(err)
	}
	settled := find(t, s, v.Ref)
	for name, change := range map[string]func() error{
		"check":   func() error { _, err := s.Check(ctx, attempt(v.Ref, right, now)); return err },
		"cancel":  func() error { _, err := s.Cancel(ctx, cancellation(v.Ref, now, now)); return err },
		"skip":    func() error { _, _, err := s.Skip(ctx, verification.Wish{Ref: v.Ref, Now: now}); return err },
		"replace": func() error { return s.Replace(ctx, settled) },
		"settle":  func() error { return s.Settle(ctx, settled, true) },
	} {
		if err := change(); !errors.Is(err, verification.ErrRefused) {
			t.Errorf("%s after settlement gave %v", name, err)
		}
	}
	wantWithdrawn(t, s, v.Ref, true)
	wantSame(t, find(t, s, v.Ref), settled)
	if got := settled.State(now); got != verification.Expired || settled.Live(now) {
		t.Errorf("it is %v, live: %v", got, settled.Live(now))
	}
	wantLedger(t, r, v.Account, account.Ledger{Free: price})
	topUp(t, r, v.Account, price)
	begun(t, s, start(v.Account)) // the number is free
}

// pinSettleLate settles a verification into which a check has come since it was read, and as it
// then stands.
func pinSettleLate(t *testing.T, s Verifications, r account.Registry) {
	v, ctx := live(t, s, r), t.Context()
	if _, err := s.Check(ctx, attempt(v.Ref, right, v.PINExpires.Add(-instant))); err != nil {
		t.Fatal(err)
	}
	wantPinRefused(t, s.Settle(ctx, v, false))
	wantLedger(t, r, v.Account, account.Ledger{Held: price})
	if err := s.Settle(ctx, find(t, s, v.Ref), true); err != nil {
		t.Fatal(err)
	}
	if got := find(t, s, v.Ref); got.State(v.Expires) != verification.Success {
		t.Errorf("it is %v", got.State(v.Expires))
	}
	wantLedger(t, r, v.Account, account.Ledger{Charged: price})
}

func pinSettleRace(t *testing.T, s Verifications, r account.Registry) {
	v := live(t, s, r)
	wantOneWinner(t, verification.ErrRefused, func(int) error { return s.Settle(t.Context(), v, false) })
	wantLedger(t, r, v.Account, account.Ledger{Free: price})
}

func pinSettleDisplaced(t *testing.T, s Verifications, r account.Registry) {
	owner := uniqueAccount()
	topUp(t, r, owner, 2*price)
	awaited := start(owner)
	awaited.Verification.Callback = "someone"
	v := begun(t, s, awaited)
	next := start(v.Account)
	next.Now = v.Expires
	next.Verification.Expires = v.Expires.Add(time.Minute)
	begun(t, s, next)
	if err := s.Settle(t.Context(), v, false); err != nil {
		t.Fatal(err)
	}
	wantPinRefused(t, s.Settle(t.Context(), v, false))
	wantLedger(t, r, v.Account, account.Ledger{Free: price, Held: price})
	if !find(t, s, v.Ref).Settled || find(t, s, next.Verification.Ref).Settled {
		t.Error("the wrong one was marked")
	}
	wantPinRefused(t, s.Replace(t.Context(), find(t, s, v.Ref)))
}

func wantWithdrawn(t *testing.T, s Verifications, ref verification.Ref, want bool) {
	t.Helper()
	if withdrawn, err := s.Withdraw(t.Context(), ref, now); err != nil || withdrawn != want {
		t.Errorf("withdrawn: %v, %v; want %v", withdrawn, err, want)
	}
}

// pinWithdrawBegun cannot withdraw a verification whose first message may be on its way, wherever
// it stands.
func pinWithdrawBegun(t *testing.T, s Verifications, r account.Registry) {
	v, ctx := live(t, s, r), t.Context()
	v.Event, v.Events = 1, []verification.Event{{Channel: verification.SMS, At: now, Outcome: verification.Unknown}}
	if err := s.Replace(ctx, v); err != nil {
		t.Fatal(err)
	}
	want := find(t, s, v.Ref)
	wantWithdrawn(t, s, v.Ref, false)
	wantSame(t, find(t, s, v.Ref), want)
	wantLedger(t, r, v.Account, account.Ledger{Held: price})
	topUp(t, r, v.Account, price)
	begun(t, s, superseding(v.Account))
	want = find(t, s, v.Ref)
	wantWithdrawn(t, s, v.Ref, false)
	wantSame(t, find(t, s, v.Ref), want)
	wantLedger(t, r, v.Account, account.Ledger{Held: 2 * price})
}

func pinWithdraw(t *testing.T, s Verifications, r account.Registry) {
	v := live(t, s, r)
	for range 2 {
		wantWithdrawn(t, s, v.Ref, true)
	}
	got := find(t, s, v.Ref)
	if got.State(now) != verification.Cancelled || !got.Settled || !got.Withdrawn() {
		t.Errorf("it stands %+v", got)
	}
	wantLedger(t, r, v.Account, account.Ledger{Free: price})
	wantWithdrawn(t, s, start(uniqueAccount()).Verification.Ref, true) // there is none
	begun(t, s, start(v.Account))
	wantWithdrawn(t, s, v.Ref, true)
	wantLedger(t, r, v.Account, account.Ledger{Held: price})
	wantKind(t, begins(t, s, start(v.Account)), fault.QuotaExceeded)
}

// pinWithdrawSuperseded withdraws a verification that gave way before its first message, which it
// then owes no more.
func pinWithdrawSuperseded(t *testing.T, s Verifications, r account.Registry) {
	v := live(t, s, r)
	topUp(t, r, v.Account, price)
	begun(t, s, superseding(v.Account))
	if got := find(t, s, v.Ref); !got.Owes(now) {
		t.Errorf("it stands %+v", got)
	}
	for range 2 {
		wantWithdrawn(t, s, v.Ref, true)
	}
	got := find(t, s, v.Ref)
	superseded := got.State(now) == verification.Superseded
	if !superseded || !got.Settled || got.Owes(now) || got.Withdrawn() {
		t.Errorf("withdrawn, it stands %+v", got)
	}
	wantLedger(t, r, v.Account, account.Ledger{Free: price, Held: price})
	wantPinRefused(t, s.Replace(t.Context(), got))
}

// cancellation is the Verify API's: of what was submitted at or before young, before its second
// event.
func cancellation(ref verification.Ref, now, young time.Time) verification.Cancellation {
	return verification.Cancellation{Ref: ref, Now: now, Submitted: young, Event: 2}
}
