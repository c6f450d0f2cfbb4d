package storetest

import (
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// Denials holds a store to the promises about deny list and blocks of networks.
func Denials(t *testing.T, s Verifications, r account.Registry) {
	for name, test := range map[string]func(*testing.T, Verifications, account.Registry){
		"deny a new number":             denyNew,
		"deny a number that has a past": denyKnown,
		"block and unblock":             blockNetwork,
		"count at once":                 tallyRace,
		"lift once a day":               liftOnce,
		"blocks grow":                   blocksGrow,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, s, r) })
	}
}

func deny(t *testing.T, s Verifications, owner account.Key, denied bool) {
	t.Helper()
	if err := s.Deny(t.Context(), owner, alice, denied); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Denied(t.Context(), owner, alice); got != denied || err != nil {
		t.Errorf("denied %v, %v; want %v", got, err, denied)
	}
}

func denyNew(t *testing.T, s Verifications, r account.Registry) {
	owner := uniqueAccount()
	topUp(t, r, owner, price)
	deny(t, s, owner, true)
	wantKind(t, begins(t, s, start(owner)), fault.Denied)
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
	wantKind(t, begins(t, s, later), fault.Denied)
	deny(t, s, v.Account, false)
	begun(t, s, later)
	if find(t, s, v.Ref).State(now) != verification.Success {
		t.Error("the past is lost")
	}
}

// sent is a message to a number of the network that takes thirty points, of which three block it.
func sent(owner account.Key, at time.Time) verification.Traffic {
	return verification.Traffic{Account: owner, Number: bob, Network: "3460000", Messages: 1, Cost: 10,
		Points: -30, Floor: -90, Now: at}
}

func tally(t *testing.T, s Verifications, traffic verification.Traffic) (blocked bool) {
	t.Helper()
	blocked, err := s.Tally(t.Context(), traffic)
	if err != nil {
		t.Fatal(err)
	}
	return blocked
}

func blockNetwork(t *testing.T, s Verifications, r account.Registry) {
	owner := uniqueAccount()
	topUp(t, r, owner, 100*price)
	next := uint64(34600000100)
	begin := func(at time.Time) error {
		st := start(owner)
		next++
		st.Now, st.Verification.Number, st.Verification.Network = at, number(next), "3460000"
		return begins(t, s, st)
	}
	fail := func(at time.Time) (blocked bool) {
		for range 3 {
			blocked = tally(t, s, sent(owner, at))
		}
		return blocked
	}
	if !fail(now) {
		t.Fatal("three messages of thirty points do not block")
	}
	_, refused := s.Tally(t.Context(), sent(owner, now.Add(time.Hour-instant)))
	wantKind(t, refused, fault.Blocked)
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
	lift(t, s, verification.Lift{Account: owner, Network: "3460000", Owner: true, Until: until, Now: again})
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

func lift(t *testing.T, s Verifications, l verification.Lift) {
	t.Helper()
	if err := s.Unblock(t.Context(), l); err != nil {
		t.Fatal(err)
	}
}

// liftOnce lets an owner lift one block a day, and an administrator any.
func liftOnce(t *testing.T, s Verifications, _ account.Registry) {
	owner := uniqueAccount()
	own := verification.Lift{Account: owner, Network: "3460000", Owner: true, Now: now,
		Until: now.Add(time.Hour)}
	lift(t, s, own)
	next := own
	next.Now = own.Until.Add(24*time.Hour - instant)
	next.Until = next.Now.Add(time.Hour)
	wantKind(t, s.Unblock(t.Context(), next), fault.TooManyRequests)
	next.Now = next.Now.Add(instant)
	lift(t, s, next)
	wantKind(t, s.Unblock(t.Context(), verification.Lift{Account: owner, Network: "3460000", Owner: true,
		Now: next.Now}), fault.TooManyRequests)
	lift(t, s, verification.Lift{Account: owner, Network: "3461000", Owner: true, Now: next.Now,
		Until: next.Now})
	lift(t, s, verification.Lift{Account: owner, Network: "3460000", Now: next.Now,
		Until: next.Now.Add(time.Minute)})
}

// blocksGrow doubles each block until the score is at its top, which one success does not bring it
// to.
func blocksGrow(t *testing.T, s Verifications, _ account.Registry) {
	owner, at := uniqueAccount(), now
	success := verification.Traffic{Account: owner, Number: bob, Network: "3460000", Points: 100, Floor: -90}
	lasts := func() time.Duration {
		for !tally(t, s, sent(owner, at)) {
		}
		for d := time.Hour; ; d *= 2 {
			if _, err := s.Tally(t.Context(), sent(owner, at.Add(d))); err == nil {
				at = at.Add(d)
				return d
			}
		}
	}
	for _, want := range []time.Duration{time.Hour, 2 * time.Hour} {
		if got := lasts(); got != want {
			t.Errorf("a block lasts %v, want %v", got, want)
		}
	}
	success.Now, success.Points = at, 60 // 30 are taken
	tally(t, s, success)
	if got := lasts(); got != 4*time.Hour {
		t.Errorf("after one success a block lasts %v", got)
	}
	for range 2 {
		success.Now, success.Points = at, 100
		tally(t, s, success)
	}
	if got := lasts(); got != time.Hour {
		t.Errorf("once recovered, a block lasts %v", got)
	}
}

func tallyRace(t *testing.T, s Verifications, _ account.Registry) {
	owner := uniqueAccount()
	blocks := make(chan bool, 3)
	for range 3 {
		go func() {
			blocked, err := s.Tally(t.Context(), sent(owner, now))
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
