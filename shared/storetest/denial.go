package storetest

import (
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/pin"
)

// Denials holds a store to the promises about deny list and blocks of networks.
func Denials(t *testing.T, s Verifications, r account.Registry) {
	for name, test := range map[string]func(*testing.T, Verifications, account.Registry){
		"deny a new number":             denyNew,
		"deny a number that has a past": denyKnown,
		"block and unblock":             blockNetwork,
		"count at once":                 convertRace,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, s, r) })
	}
}

func deny(t *testing.T, s Verifications, owner uint32, denied bool) {
	t.Helper()
	if err := s.Deny(t.Context(), owner, alice, denied); err != nil {
		t.Fatal(err)
	}
}

func denyNew(t *testing.T, s Verifications, r account.Registry) {
	owner := uniqueAccount()
	topUp(t, r, owner, price)
	deny(t, s, owner, true)
	wantKind(t, s.Begin(t.Context(), start(owner)), fault.Denied)
	wantLedger(t, r, owner, account.Ledger{Free: price})
	deny(t, s, owner, false)
	begun(t, s, start(owner))
}

func denyKnown(t *testing.T, s Verifications, r account.Registry) {
	v := live(t, s, r)
	topUp(t, r, v.Account, price)
	deny(t, s, v.Account, true)
	if _, err := s.Check(t.Context(), attempt(v.Ref, right, now)); err != nil {
		t.Errorf("the live verification does not go on: %v", err)
	}
	later := start(v.Account)
	later.Now = v.Expires
	wantKind(t, s.Begin(t.Context(), later), fault.Denied)
	deny(t, s, v.Account, false)
	begun(t, s, later)
	if find(t, s, v.Ref).State(now) != pin.Success {
		t.Error("the past is lost")
	}
}

func conversion(owner uint32, points int, at time.Time) pin.Conversion {
	return pin.Conversion{Account: owner, Network: "3460000", Points: points, Floor: -90, Now: at}
}

func blockNetwork(t *testing.T, s Verifications, r account.Registry) {
	owner := uniqueAccount()
	topUp(t, r, owner, 100*price)
	next := uint64(34600000100)
	begin := func(at time.Time) error {
		st := start(owner)
		next++
		st.Now, st.Verification.Number, st.Verification.Network = at, number(next), "3460000"
		return s.Begin(t.Context(), st)
	}
	fail := func(at time.Time) (blocked bool) {
		for range 3 {
			var err error
			if blocked, err = s.Convert(t.Context(), conversion(owner, -30, at)); err != nil {
				t.Fatal(err)
			}
		}
		return blocked
	}
	if !fail(now) {
		t.Fatal("three failures of thirty points do not block")
	}
	err := begin(now.Add(time.Hour - instant))
	wantKind(t, err, fault.Blocked)
	if fault.As(err).ID != "3460000" {
		t.Errorf("the failure names network %q", fault.As(err).ID)
	}
	again := now.Add(time.Hour)
	if err := begin(again); err != nil {
		t.Errorf("after the block: %v", err)
	}
	fail(again)
	wantKind(t, begin(again.Add(2*time.Hour-instant)), fault.Blocked)
	until := again.Add(time.Hour)
	if err := s.Unblock(t.Context(), owner, "3460000", until); err != nil {
		t.Fatal(err)
	}
	if err := begin(again); err != nil {
		t.Errorf("after the unblock: %v", err)
	}
	if fail(until.Add(-instant)) {
		t.Error("blocked while its owner keeps it open")
	}
	if !fail(until) {
		t.Error("not blocked after that")
	}
}

func convertRace(t *testing.T, s Verifications, _ account.Registry) {
	owner := uniqueAccount()
	blocks := make(chan bool, 3)
	for range 3 {
		go func() {
			blocked, err := s.Convert(t.Context(), conversion(owner, -30, now))
			if err != nil {
				t.Error(err)
			}
			blocks <- blocked
		}()
	}
	count := 0
	for range 3 {
		if <-blocks {
			count++
		}
	}
	if count != 1 {
		t.Errorf("%d of three counts blocked the network", count)
	}
}
