package storetest

import (
	"sync/atomic"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/phone"
	"lineproof/shared/verification"
)

// uniqueNumber gives a number that no other test has: its usage is that of all accounts.
func uniqueNumber() phone.Number { return number(346_000_000_000 + uniqueNonce()%1_000_000_000) }

// message is one to a number of its own, within every cap.
func message(owner account.Key) verification.Traffic {
	return verification.Traffic{
		Account: owner, Number: uniqueNumber(), Network: "3460000", Messages: 1, Cost: 10, Now: now,
		Caps: verification.Caps{Messages: 10, MessagesPerDay: 20, NetworkCost: 1000, AccountCost: 1000},
	}
}

// passes counts how many of n tallies pass; the others must fail as wanted.
func passes(t *testing.T, s Verifications, n int, traffic verification.Traffic,
	kind fault.Kind) (passed int) {
	t.Helper()
	for range n {
		switch _, err := s.Tally(t.Context(), traffic); {
		case err == nil:
			passed++
		default:
			wantKind(t, err, kind)
		}
	}
	return passed
}

// tallyLine caps the messages to a number over all accounts.
func tallyLine(t *testing.T, s Verifications, _ account.Registry) {
	one := message(uniqueAccount())
	other := one
	other.Account = uniqueAccount()
	if got := passes(t, s, 6, one, fault.NumberCapped) + passes(t, s, 6, other,
		fault.NumberCapped); got != 10 {
		t.Errorf("%d of 12 messages of two accounts passed in ten minutes, want 10", got)
	}
	free := one
	free.Caps = verification.Caps{}
	if got := passes(t, s, 3, free, fault.NumberCapped); got != 3 {
		t.Errorf("%d of 3 without caps passed", got)
	}
	one.Now = now.Add(10*time.Minute - instant)
	if got := passes(t, s, 1, one, fault.NumberCapped); got != 0 {
		t.Error("an eleventh passed within ten minutes")
	}
	one.Now = now.Add(11 * time.Minute)
	if got := passes(t, s, 12, one, fault.NumberCapped); got != 10 {
		t.Errorf("%d of 12 passed later, want 10", got)
	}
	one.Now = now.Add(24*time.Hour - instant)
	if got := passes(t, s, 1, one, fault.NumberCapped); got != 0 {
		t.Error("a twenty-first passed within a day")
	}
	one.Now = now.Add(25 * time.Hour)
	if got := passes(t, s, 12, one, fault.NumberCapped); got != 10 {
		t.Errorf("%d of 12 passed the next day, want 10", got)
	}
}

// tallyCosts caps what messages cost, of an account and to a network.
func tallyCosts(t *testing.T, s Verifications, _ account.Registry) {
	for name, test := range map[string]struct {
		caps        verification.Caps
		kind        fault.Kind
		elsewhere   string
		passesThere int
	}{
		"account": {verification.Caps{AccountCost: 35}, fault.QuotaExceeded, "3461000", 0},
		"network": {verification.Caps{NetworkCost: 35}, fault.TooManyRequests, "3461000", 3},
	} {
		m := message(uniqueAccount())
		m.Caps = test.caps
		if got := passes(t, s, 5, m, test.kind); got != 3 {
			t.Errorf("%s: %d messages passed, want 3", name, got)
		}
		other := m
		other.Network = test.elsewhere
		if got := passes(t, s, 5, other, test.kind); got != test.passesThere {
			t.Errorf("%s: %d messages to another network passed, want %d", name, got,
				test.passesThere)
		}
		m.Cost = 36
		m.Account = uniqueAccount()
		if got := passes(t, s, 1, m, test.kind); got != 0 {
			t.Errorf("%s: a message passed that costs more than the cap", name)
		}
	}
}

// tallyRefused counts nothing of what is refused: the network and the number take it back when the
// account's budget is spent.
func tallyRefused(t *testing.T, s Verifications, _ account.Registry) {
	m := message(uniqueAccount())
	m.Caps.AccountCost, m.Points, m.Floor = 10, -30, -90
	passes(t, s, 9, m, fault.QuotaExceeded)
	m.Caps.AccountCost = 0
	blocked := []bool{tally(t, s, m), tally(t, s, m)}
	if blocked[0] || !blocked[1] {
		t.Errorf("what was refused took points: blocks %v", blocked)
	}
	m.Network, m.Points = "", 0
	if got := passes(t, s, 12, m, fault.NumberCapped); got != 7 {
		t.Errorf("%d more passed, want 7", got)
	}
}

// tallyBack gives back what was counted in the newest slot.
func tallyBack(t *testing.T, s Verifications, _ account.Registry) {
	m := message(uniqueAccount())
	m.Caps = verification.Caps{Messages: 2, MessagesPerDay: 2, NetworkCost: 20, AccountCost: 20}
	m.Points, m.Floor = -30, -90
	for range 5 {
		tally(t, s, m)
		tally(t, s, m.Back())
	}
	if got := passes(t, s, 3, m, fault.NumberCapped); got != 2 {
		t.Errorf("%d passed, want 2", got)
	}
	later := m.Back()
	later.Now = now.Add(2 * time.Hour) // its slots are over; points have none
	for range 3 {
		tally(t, s, later)
	}
	m.Now = later.Now
	m.Caps.Messages = 0
	if got := passes(t, s, 1, m, fault.NumberCapped); got != 0 {
		t.Error("what an earlier hour counted was given back")
	}
	unknown := message(uniqueAccount()).Back()
	if tally(t, s, unknown) {
		t.Error("giving back what was never counted blocks")
	}
}

// tallyAtOnce lets exactly as many racers pass as the cap has, in one slot and at the turn to
// another.
func tallyAtOnce(t *testing.T, s Verifications, _ account.Registry) {
	m := message(uniqueAccount())
	m.Caps.MessagesPerDay = 0
	var passed atomic.Int32
	for _, test := range []struct {
		at   time.Time
		want int32
	}{{now, 10}, {now.Add(5 * time.Minute), 0}, {now.Add(11 * time.Minute), 10}} {
		m.Now = test.at
		passed.Store(0)
		race(t, fault.New(fault.NumberCapped), func(int) error {
			_, err := s.Tally(t.Context(), m)
			if err == nil {
				passed.Add(1)
			}
			return err
		})
		if passed.Load() != test.want {
			t.Errorf("%d passed at once, want %d", passed.Load(), test.want)
		}
	}
}

// pinLineCaps caps the verifications of a number over all accounts, and begins none whose message
// would have no room.
func pinLineCaps(t *testing.T, s Verifications, r account.Registry) {
	line := uniqueNumber()
	ask := func(at time.Time, cap int64) error {
		owner := uniqueAccount()
		topUp(t, r, owner, price)
		st := start(owner)
		st.Now, st.Verification.Number = at, line
		st.Line = verification.Limit{Count: cap, Per: 10 * time.Minute, Kind: fault.NumberCapped}
		st.Verification.Caps = verification.Caps{Messages: 3}
		return begins(t, s, st)
	}
	for range 2 {
		if err := ask(now, 2); err != nil {
			t.Fatal(err)
		}
	}
	wantKind(t, ask(now, 2), fault.NumberCapped)
	m := message(uniqueAccount())
	m.Number, m.Caps = line, verification.Caps{Messages: 3}
	for range 3 {
		tally(t, s, m)
	}
	wantKind(t, ask(now, 9), fault.NumberCapped)
	wantKind(t, ask(now.Add(time.Minute), 9), fault.NumberCapped)
	if err := ask(now.Add(11*time.Minute), 2); err != nil {
		t.Errorf("later: %v", err)
	}
}

// pinNetworkCost begins no verification whose message its network's cost has no room for.
func pinNetworkCost(t *testing.T, s Verifications, r account.Registry) {
	owner := uniqueAccount()
	topUp(t, r, owner, 3*price)
	ask := func(at time.Time) error {
		st := start(owner)
		st.Now, st.Verification.Number, st.Verification.Network = at, uniqueNumber(), "3460000"
		st.Verification.Caps = verification.Caps{NetworkCost: 100}
		st.Verification.SMSPrice = 10
		return begins(t, s, st)
	}
	m := message(owner)
	m.Caps = verification.Caps{NetworkCost: 100}
	for range 9 {
		tally(t, s, m)
	}
	if err := ask(now); err != nil {
		t.Error(err)
	}
	tally(t, s, m)
	wantKind(t, ask(now), fault.TooManyRequests)
	wantKind(t, ask(now.Add(23*time.Hour)), fault.TooManyRequests)
	if err := ask(now.Add(25 * time.Hour)); err != nil {
		t.Error(err)
	}
}

// pinSpend counts money, not verifications.
func pinSpend(t *testing.T, s Verifications, r account.Registry) {
	owner := uniqueAccount()
	topUp(t, r, owner, 10*price)
	ask := func(at time.Time, of int64) error {
		st := start(owner)
		st.Now, st.Verification.Number, st.Verification.Price, st.Verification.Held = at,
			uniqueNumber(), of, of
		st.Spend = verification.Limit{Count: 3 * price, Per: 24 * time.Hour, Kind: fault.QuotaExceeded}
		return begins(t, s, st)
	}
	for _, of := range []int64{2 * price, price / 2, price / 2} {
		if err := ask(now, of); err != nil {
			t.Fatal(err)
		}
	}
	wantKind(t, ask(now.Add(24*time.Hour-instant), 1), fault.QuotaExceeded)
	if err := ask(now.Add(25*time.Hour), 3*price); err != nil {
		t.Error(err)
	}
}

// pinRests has a number rest after a cancel, and for longer after each failure from the third on.
func pinRests(t *testing.T, s Verifications, r account.Registry) {
	owner, at := uniqueAccount(), now
	topUp(t, r, owner, 100*price)
	begin := func() (verification.Ref, error) {
		st := start(owner)
		st.Now, st.Pause = at, time.Minute
		st.Verification.Submitted, st.Verification.PINExpires, st.Verification.Expires = at,
			at.Add(time.Hour), at.Add(time.Hour)
		return st.Verification.Ref, begins(t, s, st)
	}
	fails := func() {
		ref, err := begin()
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			_, _ = s.Check(t.Context(), attempt(ref, "wrong", at))
		}
	}
	rests := func(d time.Duration) {
		t.Helper()
		at = at.Add(d - instant)
		_, err := begin()
		wantKind(t, err, fault.NumberCapped)
		at = at.Add(instant)
	}
	fails()
	fails()
	for _, d := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
		fails()
		rests(d * time.Minute)
	}
	ref, err := begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Check(t.Context(), attempt(ref, right, at)); err != nil {
		t.Fatal(err)
	}
	fails()
	fails()
	if ref, err = begin(); err != nil {
		t.Fatal("two failures after a success make the number rest")
	}
	at = at.Add(time.Minute)
	if _, err := s.Cancel(t.Context(), cancellation(ref, at, at)); err != nil {
		t.Fatal(err)
	}
	rests(time.Minute)
	fails()
}
