package storetest

import (
	"errors"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// superseding returns a start that takes the place of a live verification.
func superseding(owner account.Key) verification.Admission {
	st := start(owner)
	st.Policy, st.Rate = verification.Supersede, verification.Limit{}
	return st
}

// delivered has the first message of a verification sent.
func delivered(v *verification.Verification) {
	v.Event, v.Queued = 1, true
	first := verification.Event{Channel: verification.SMS, At: now, Outcome: verification.Accepted}
	v.Events = []verification.Event{first}
}

// pinSupersede ends a live verification by beginning another, for the same money.
func pinSupersede(t *testing.T, s Verifications, r account.Registry) {
	for name, test := range map[string]struct {
		change  func(*verification.Verification)
		settled bool
	}{
		"nobody's": {delivered, true},
		"awaited": {func(v *verification.Verification) {
			delivered(v)
			v.Callback = "someone"
		}, false},
		"being sent": {func(v *verification.Verification) {
			delivered(v)
			v.Queued = false
		}, false},
	} {
		v := live(t, s, r)
		test.change(&v)
		if err := s.Replace(t.Context(), v); err != nil {
			t.Fatal(err)
		}
		v = find(t, s, v.Ref)
		topUp(t, r, v.Account, price)
		next := superseding(v.Account)
		next.Now = now.Add(time.Second)
		displaced, err := s.Begin(t.Context(), next)
		if err != nil {
			t.Fatal(err)
		}
		got := find(t, s, v.Ref)
		wantSame(t, got, displaced)
		if got.State(next.Now) != verification.Superseded || !got.Finalized(next.Now).Equal(next.Now) ||
			got.Settled != test.settled || got.Revision <= v.Revision {
			t.Errorf("%s: it stands %+v", name, got)
		}
		if _, err := s.Check(t.Context(), attempt(v.Ref, right, next.Now)); !errors.Is(err, verification.ErrRefused) {
			t.Errorf("%s: its PIN gave %v", name, err)
		}
		if !test.settled {
			wantLedger(t, r, v.Account, account.Ledger{Held: 2 * price})
			if err := s.Settle(t.Context(), got, false); err != nil {
				t.Errorf("%s: settle: %v", name, err)
			}
		}
		wantLedger(t, r, v.Account, account.Ledger{Free: price, Held: price})
		var stands *verification.LiveError
		if err := begins(t, s, next); !errors.As(err, &stands) || stands.Live.Ref != next.Verification.Ref {
			t.Errorf("%s: begun again, it gave %v", name, err)
		}
		if _, err := s.Check(t.Context(), attempt(next.Verification.Ref, right, next.Now)); err != nil {
			t.Errorf("%s: the new one's PIN gave %v", name, err)
		}
	}
	barred := live(t, s, r) // its number is denied later
	topUp(t, r, barred.Account, price)
	if err := s.Deny(t.Context(), barred.Account, alice, true); err != nil {
		t.Fatal(err)
	}
	wantKind(t, begins(t, s, superseding(barred.Account)), fault.Denied)
	if got := find(t, s, barred.Ref); got.State(now) != verification.InProgress {
		t.Errorf("refused, it ended the other as %v", got.State(now))
	}
}

// pinSupersedeForItsMoney begins another verification with what the one in its place holds, if
// nothing but that hangs on it, and nothing is made or lost by it.
func pinSupersedeForItsMoney(t *testing.T, s Verifications, r account.Registry) {
	v := live(t, s, r)
	delivered(&v)
	if err := s.Replace(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	next := superseding(v.Account)
	next.Now = now.Add(time.Second)
	if _, err := s.Begin(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	wantLedger(t, r, v.Account, account.Ledger{Held: price})
	if got := find(t, s, v.Ref); got.State(next.Now) != verification.Superseded || !got.Settled {
		t.Errorf("it stands %+v", got)
	}
	if err := s.Settle(t.Context(), find(t, s, next.Verification.Ref), true); err != nil {
		t.Error(err)
	}
	wantLedger(t, r, v.Account, account.Ledger{Charged: price})

	awaited := live(t, s, r)
	awaited.Callback = "someone"
	if err := s.Replace(t.Context(), awaited); err != nil {
		t.Fatal(err)
	}
	wantKind(t, begins(t, s, superseding(awaited.Account)), fault.QuotaExceeded)
	if got := find(t, s, awaited.Ref); got.State(now) != verification.InProgress {
		t.Errorf("without money, it ended what is awaited as %v", got.State(now))
	}
}

// pinSupersedeUnsent ends a verification before its first message, which it then owes: it is
// settled after that.
func pinSupersedeUnsent(t *testing.T, s Verifications, r account.Registry) {
	v, ctx := live(t, s, r), t.Context()
	wantKind(t, begins(t, s, superseding(v.Account)), fault.QuotaExceeded)
	if got := find(t, s, v.Ref); got.State(now) != verification.InProgress {
		t.Errorf("for its money it was ended: %+v", got)
	}
	topUp(t, r, v.Account, price)
	begun(t, s, superseding(v.Account))
	got := find(t, s, v.Ref)
	if !got.Owes(now) || got.Owes(got.Expires) || got.State(now) != verification.Superseded {
		t.Errorf("it stands %+v", got)
	}
	wantLedger(t, r, v.Account, account.Ledger{Held: 2 * price})
	claimed := got
	delivered(&claimed)
	wantOneWinner(t, verification.ErrRefused, func(int) error { return s.Replace(ctx, claimed) })
	claimed.Revision++
	got = find(t, s, v.Ref)
	wantSame(t, got, claimed)
	if got.Owes(now) {
		t.Error("it owes a message that it began")
	}
	if err := s.Settle(ctx, got, false); err != nil {
		t.Error(err)
	}
	wantLedger(t, r, v.Account, account.Ledger{Free: price, Held: price})
}

// superseders begins so many verifications of a number at once, of which those that fail do as
// refused, and wants one live in the end and every other one superseded. It returns how many began.
func superseders(
	t *testing.T, s Verifications, refused error, next func() verification.Admission,
) (began int) {
	t.Helper()
	refs := make([]verification.Ref, racers)
	won := race(t, refused, func(i int) error {
		st := next()
		refs[i] = st.Verification.Ref
		return begins(t, s, st)
	})
	found, err := s.Find(t.Context(), refs)
	if err != nil {
		t.Fatal(err)
	}
	count := map[verification.State]int{}
	for _, v := range found {
		if v.Nonce == 0 {
			continue
		}
		count[v.State(now)]++
		if state := v.State(now); state == verification.Superseded && !v.Owes(now) {
			t.Errorf("before its message, it stands %+v", v)
		}
	}
	if count[verification.InProgress] != 1 || count[verification.Superseded] != won-1 {
		t.Errorf("%d began, they stand %v", won, count)
	}
	return won
}

// pinRaceToSupersede begins all of many verifications at once.
func pinRaceToSupersede(t *testing.T, s Verifications, r account.Registry) {
	for range 3 { // where none stands, and where one does
		owner := uniqueAccount()
		topUp(t, r, owner, 2*racers*price)
		for range 2 {
			next := func() verification.Admission { return superseding(owner) }
			if began := superseders(t, s, nil, next); began != racers {
				t.Errorf("%d of %d began", began, racers)
			}
		}
		wantLedger(t, r, owner, account.Ledger{Held: 2 * racers * price})
	}
}

// pinRaceToSupersedeCapped begins as many of them as the number's cap admits, and no more later.
func pinRaceToSupersedeCapped(t *testing.T, s Verifications, r account.Registry) {
	const most = 20
	owner := uniqueAccount()
	topUp(t, r, owner, 2*racers*price)
	next := func() verification.Admission {
		st := superseding(owner)
		st.Number = verification.Limit{Count: most, Per: 24 * time.Hour, Kind: fault.NumberCapped}
		return st
	}
	if began := superseders(t, s, fault.New(fault.NumberCapped), next); began != most {
		t.Errorf("%d began, the cap is %d", began, most)
	}
	wantLedger(t, r, owner, account.Ledger{Free: (2*racers - most) * price, Held: most * price})
	wantKind(t, begins(t, s, next()), fault.NumberCapped)
	tomorrow := next()
	tomorrow.Now = now.Add(25 * time.Hour)
	begun(t, s, tomorrow)
}
