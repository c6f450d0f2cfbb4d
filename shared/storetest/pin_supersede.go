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

// pinSupersede ends a live verification by beginning another, for the same money.
func pinSupersede(t *testing.T, s Verifications, r account.Registry) {
	for name, test := range map[string]struct {
		change  func(*verification.Verification)
		settled bool
	}{
		"nobody's": {func(*verification.Verification) {}, true},
		"awaited":  {func(v *verification.Verification) { v.Callback = "someone" }, false},
		"being sent": {func(v *verification.Verification) {
			v.Events = []verification.Event{{Channel: verification.SMS, At: now}}
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

// pinRaceToSupersede leaves one live, whoever begins at once, and every other one superseded, with
// its money.
func pinRaceToSupersede(t *testing.T, s Verifications, r account.Registry) {
	owner := uniqueAccount()
	topUp(t, r, owner, racers*price)
	refs := make([]verification.Ref, racers)
	race(t, fault.New(fault.Unavailable), func(i int) error { // who meets too many others
		st := superseding(owner)
		refs[i] = st.Verification.Ref
		return begins(t, s, st)
	})
	found, err := s.Find(t.Context(), refs)
	if err != nil {
		t.Fatal(err)
	}
	count := map[verification.State]int{}
	for _, v := range found {
		if v.Nonce != 0 { // it came through
			count[v.State(now)]++
		}
	}
	if count[verification.InProgress] != 1 || len(count) > 2 || count[verification.Superseded] == 0 {
		t.Errorf("they stand %v", count)
	}
	wantLedger(t, r, owner, account.Ledger{Free: (racers - 1) * price, Held: price})
}
