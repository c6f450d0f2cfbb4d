package storetest

import (
	"errors"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/verification"
)

// Strays holds what finds unsettled verifications to the promises of verification.SweepStore.
// Nobody else uses the store.
func Strays(t *testing.T, s Verifications, strays verification.SweepStore, r account.Registry) {
	t.Helper()
	want := map[verification.Ref]verification.Verification{}
	for range 3 { // more than live: each number's last is displaced
		v := live(t, s, r)
		topUp(t, r, v.Account, price)
		v.Callback = "someone"
		if err := s.Replace(t.Context(), v); err != nil {
			t.Fatal(err)
		}
		want[v.Ref] = find(t, s, v.Ref)
		next := start(v.Account)
		next.Now = v.Expires
		w := begun(t, s, next)
		want[w.Ref] = w
	}
	settled, young := live(t, s, r), start(uniqueAccount())
	if err := s.Settle(t.Context(), settled, false); err != nil {
		t.Fatal(err)
	}
	topUp(t, r, young.Verification.Account, price)
	young.Verification.Expires = settled.Expires.Add(time.Hour)
	begun(t, s, young)
	if err := s.Deny(t.Context(), uniqueAccount(), bob, true); err != nil {
		t.Fatal(err)
	}
	before := settled.Expires.Add(instant)
	err := strays.Unsettled(t.Context(), before, func(v verification.Verification) error {
		wantSame(t, v, want[v.Ref])
		delete(want, v.Ref)
		return nil
	})
	if err != nil || len(want) != 0 {
		t.Errorf("it left out %d, %v", len(want), err)
	}
	stop := func(verification.Verification) error { return errStop }
	if err := strays.Unsettled(t.Context(), settled.Expires, stop); err != nil {
		t.Errorf("before they expired: %v", err)
	}
	if err := strays.Unsettled(t.Context(), before, stop); !errors.Is(err, errStop) {
		t.Errorf("stopped, it gave %v", err)
	}
}

var errStop = errors.New("enough")
