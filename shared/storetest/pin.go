package storetest

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// Verifications is all that a store of PIN verification does.
type Verifications interface {
	verification.AdmitStore
	verification.BeginStore
	verification.CheckStore
	verification.ControlStore
	verification.DispatchStore
	verification.DenialStore
}

// Pins holds a store to the promises of package verification, and the registry beside it to those about
// money.
func Pins(t *testing.T, s Verifications, r account.Registry) {
	for name, test := range map[string]func(*testing.T, Verifications, account.Registry){
		"round trip":                     pinRoundTrip,
		"one live verification":          pinConcurrent,
		"race to begin":                  pinRaceToBegin,
		"displaced is settled":           pinDisplacedSettled,
		"displaced is the courier's":     pinDisplacedWaits,
		"no verification begins twice":   pinBeginsOnce,
		"displaced is kept":              pinDisplaced,
		"supersede":                      pinSupersede,
		"supersede for its money":        pinSupersedeForItsMoney,
		"race to supersede":              pinRaceToSupersede,
		"race to supersede, capped":      pinRaceToSupersedeCapped,
		"supersede before its message":   pinSupersedeUnsent,
		"last credit":                    pinLastCredit,
		"rate":                           pinRate,
		"admissions":                     pinAdmissions,
		"refused begins leave nothing":   pinNothingLeft,
		"number cap and failures":        pinNumberCaps,
		"network and address caps":       pinNetworkCaps,
		"number over all accounts":       pinLineCaps,
		"network's cost":                 pinNetworkCost,
		"spend":                          pinSpend,
		"rests":                          pinRests,
		"messages to a number":           tallyLine,
		"cost of messages":               tallyCosts,
		"refused messages count nothing": tallyRefused,
		"messages given back":            tallyBack,
		"messages at once":               tallyAtOnce,
		"checks":                         pinChecks,
		"check met by a repetition":      pinCheckTwice,
		"race of wrong codes":            pinRaceWrong,
		"race of right codes":            pinRaceRight,
		"right code against cancel":      pinRightAgainstCancel,
		"cancel":                         pinCancel,
		"skip":                           pinSkip,
		"skip given back late":           pinSkipLate,
		"wish":                           pinWish,
		"replace":                        pinReplace,
		"settle":                         pinSettle,
		"settled stays":                  pinSettledStays,
		"settle after a late check":      pinSettleLate,
		"withdraw what has begun":        pinWithdrawBegun,
		"withdraw what was superseded":   pinWithdrawSuperseded,
		"settle races":                   pinSettleRace,
		"settle what was displaced":      pinSettleDisplaced,
		"withdraw":                       pinWithdraw,
		"unlimited terms need no ledger": pinUnlimited,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, s, r) })
	}
}

func uniqueAccount() account.Key {
	var b [4]byte
	_, _ = rand.Read(b[:])
	return account.Key(binary.BigEndian.Uint32(b[:]) | 1)
}

func uniqueNonce() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return binary.BigEndian.Uint64(b[:])>>18 | 1
}

const price = 100_000

// start gives a start for alice that no cap refuses, with every field of its verification set that
// a store must keep.
func start(owner account.Key) verification.Admission {
	v := verification.Verification{
		Ref: verification.Ref{Account: owner, Number: alice, Nonce: uniqueNonce()}, Revision: 1, Submitted: now,
		Hash: []byte("hash of the pin"), PINExpires: now.Add(5 * time.Minute), Expires: now.Add(10 * time.Minute), Left: 2,
		Detail: verification.Detail{
			Key: 7, Brand: "Acme & <Co>", Payee: "Läden", Amount: "48.00", Sender: "ACME", Locale: "fr-fr", Country: "ES",
			Domain: "example.com", AppHash: "abcdefghijk", Digits: 6, Generation: 1, Price: price, Held: price,
			Plan:     Plan(),
			SMSPrice: 1, VoicePrice: 2, Conversion: 30, Sample: 5,
		},
	}
	return verification.Admission{Verification: v, Rate: verification.Limit{Count: 30, Per: time.Second, Kind: fault.TooManyRequests}, Now: now}
}

func topUp(t *testing.T, r account.Registry, owner account.Key, amount int64) {
	t.Helper()
	if err := r.TopUp(t.Context(), owner, amount, unique()); err != nil {
		t.Fatal(err)
	}
}

func begins(t *testing.T, s Verifications, st verification.Admission) error {
	t.Helper()
	_, err := s.Begin(t.Context(), st)
	return err
}

func begun(t *testing.T, s Verifications, st verification.Admission) verification.Verification {
	t.Helper()
	if err := begins(t, s, st); err != nil {
		t.Fatalf("begin: %v", err)
	}
	return find(t, s, st.Verification.Ref)
}

func find(t *testing.T, s Verifications, ref verification.Ref) verification.Verification {
	t.Helper()
	found, err := s.Find(t.Context(), []verification.Ref{ref})
	if err != nil || len(found) != 1 {
		t.Fatalf("find gave %d, %v", len(found), err)
	}
	return found[0]
}

func wantKind(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Errorf("gave %v, want %v", err, kind)
	}
}

func wantLedger(t *testing.T, r account.Registry, owner account.Key, want account.Ledger) {
	t.Helper()
	got, err := r.Ledger(t.Context(), owner)
	if err != nil || got != want {
		t.Errorf("ledger is %+v, %v; want %+v", got, err, want)
	}
}

// wantSame compares what a store keeps of two verifications.
func wantSame(t *testing.T, got, want verification.Verification) {
	t.Helper()
	got.Hold, want.Hold = nil, nil // the store's own
	g, _ := json.Marshal(got)
	w, _ := json.Marshal(want)
	if string(g) != string(w) || got.Ref != want.Ref || !slices.Equal(got.Plan.Steps, want.Plan.Steps) {
		t.Errorf("stands\n%s\nwant\n%s", g, w)
	}
}

func pinRoundTrip(t *testing.T, s Verifications, r account.Registry) {
	owner := uniqueAccount()
	topUp(t, r, owner, price)
	st := start(owner)
	st.Verification.Number = uniqueNumber()
	st.Verification.Plan.Steps = slices.Clone(st.Verification.Plan.Steps)
	st.Verification.Plan.Steps[0].Means = verification.Means{
		To: alice, Country: "GB", Sender: "Shop", AppHash: "FA+9qCX9VSu", Entity: "110", Content: "120",
		Redirect: "https://app.example/done", Codeless: true, Rehearsed: verification.Proved,
		Text: verification.StoredText("{{code}}: café\n"), Segments: 2,
	}
	st.Verification.Reference = "order 7"
	st.Verification.Code, st.Verification.Onward, st.Verification.Unguarded = []byte{0}, true, true
	st.Verification.OnDemand = true
	st.Verification.Caps = verification.Caps{Messages: 1, MessagesPerDay: 2, NetworkCost: 3, AccountCost: 4}
	got := begun(t, s, st)
	want, err := st.AdmitToNumber(verification.Verification{})
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, got, want)
	unknown := verification.Ref{Account: owner, Number: bob, Nonce: uniqueNonce()}
	found, err := s.Find(t.Context(), []verification.Ref{unknown, st.Verification.Ref, {Account: owner}, st.Verification.Ref})
	if err != nil || len(found) != 4 || found[0].Nonce != 0 || found[2].Nonce != 0 {
		t.Fatalf("find gave %+v, %v", found, err)
	}
	wantSame(t, found[1], want)
	wantSame(t, found[3], want)
}

func pinConcurrent(t *testing.T, s Verifications, r account.Registry) {
	owner := uniqueAccount()
	topUp(t, r, owner, 2*price)
	first := begun(t, s, start(owner))
	var live *verification.LiveError
	err := begins(t, s, start(owner))
	if !errors.As(err, &live) || live.Live.Ref != first.Ref || live.Live.Key != first.Key {
		t.Fatalf("second begin gave %v", err)
	}
	wantLedger(t, r, owner, account.Ledger{Free: price, Held: price})
	elsewhere := start(owner)
	elsewhere.Verification.Number = bob
	begun(t, s, elsewhere)
}

func pinRaceToBegin(t *testing.T, s Verifications, r account.Registry) {
	owner := uniqueAccount()
	topUp(t, r, owner, racers*price)
	wantOneWinner(t, fault.New(fault.Concurrent), func(int) error {
		st := start(owner)
		st.Rate = verification.Limit{}
		return begins(t, s, st)
	})
	wantLedger(t, r, owner, account.Ledger{Free: (racers - 1) * price, Held: price})
}

func pinDisplaced(t *testing.T, s Verifications, r account.Registry) {
	owner := uniqueAccount()
	topUp(t, r, owner, 3*price)
	first := begun(t, s, start(owner))
	want := first
	for i := range 2 {
		st := start(owner)
		st.Now = first.Expires.Add(time.Duration(i) * time.Hour)
		st.Verification.Expires = st.Now.Add(time.Minute)
		displaced, err := s.Begin(t.Context(), st)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			want = first.Displace(st.Now)
			wantSame(t, displaced, want)
		}
		wantSame(t, find(t, s, first.Ref), want)
	}
}

// pinDisplacedSettled begins verifications in the place of some that ended and were not settled,
// for the same money.
func pinDisplacedSettled(t *testing.T, s Verifications, r account.Registry) {
	for name, test := range map[string]struct {
		guess string
		want  account.Ledger
	}{
		"success": {right, account.Ledger{Free: price, Held: price, Charged: price}},
		"expired": {"wrong", account.Ledger{Free: 2 * price, Held: price}},
	} {
		v := live(t, s, r)
		topUp(t, r, v.Account, 2*price)
		if _, err := s.Check(t.Context(), attempt(v.Ref, test.guess, now)); err != nil {
			t.Fatal(err)
		}
		v = find(t, s, v.Ref)
		next := start(v.Account)
		next.Now = v.Expires
		begun(t, s, next)
		if got := find(t, s, v.Ref); !got.Settled || got.State(now) != v.State(next.Now) {
			t.Errorf("%s: settled %v, %v", name, got.Settled, got.State(now))
		}
		wantLedger(t, r, v.Account, test.want)
		wantPinRefused(t, s.Settle(t.Context(), v, true))
		wantPinRefused(t, s.Settle(t.Context(), find(t, s, v.Ref), true))
	}
	v := live(t, s, r) // whose money is the account's last
	next := start(v.Account)
	next.Now = v.Expires
	begun(t, s, next)
	wantLedger(t, r, v.Account, account.Ledger{Held: price})
	free := start(v.Account)
	free.Now, free.Rate, free.Verification.Held = next.Now.Add(time.Hour), verification.Limit{}, 0
	begun(t, s, free)
	wantLedger(t, r, v.Account, account.Ledger{Free: price})
}

// pinDisplacedWaits leaves to the dispatcher what more than money hangs on.
func pinDisplacedWaits(t *testing.T, s Verifications, r account.Registry) {
	for name, change := range map[string]func(*verification.Verification){
		"awaited": func(v *verification.Verification) { v.Callback = "someone" },
		"counted": func(v *verification.Verification) {
			v.Guess, v.Attempts, v.Total = v.Hash, 1, 1
			v.Network, v.Queued = "3460", true
			v.Events = []verification.Event{{Channel: verification.SMS, At: now, Outcome: verification.Accepted}}
		},
		"being sent": func(v *verification.Verification) {
			v.Events = []verification.Event{{Channel: verification.SMS, At: v.Expires.Add(-time.Second), Outcome: verification.Unknown}}
		},
	} {
		v := live(t, s, r)
		topUp(t, r, v.Account, price)
		change(&v)
		if err := s.Replace(t.Context(), v); err != nil {
			t.Fatal(err)
		}
		v = find(t, s, v.Ref)
		next := start(v.Account)
		next.Now = v.Expires
		displaced, err := s.Begin(t.Context(), next)
		if err != nil {
			t.Fatal(err)
		}
		wantSame(t, displaced, v)
		wantLedger(t, r, v.Account, account.Ledger{Held: 2 * price})
		if err := s.Settle(t.Context(), v, false); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		wantLedger(t, r, v.Account, account.Ledger{Free: price, Held: price})
	}
}

// pinBeginsOnce begins a verification of which someone is told again, when it has ended, and when
// another has taken its place.
func pinBeginsOnce(t *testing.T, s Verifications, r account.Registry) {
	owner := uniqueAccount()
	topUp(t, r, owner, 3*price)
	st := start(owner)
	st.Verification.Callback = "someone"
	v := begun(t, s, st)
	if _, err := s.Check(t.Context(), attempt(v.Ref, right, now)); err != nil {
		t.Fatal(err)
	}
	wantStands := func() {
		t.Helper()
		var stands *verification.LiveError
		err := begins(t, s, st)
		if wantKind(t, err, fault.Concurrent); !errors.As(err, &stands) || stands.Live.Ref != v.Ref {
			t.Errorf("begun again, it gave %v", err)
		}
		if got := find(t, s, v.Ref); got.State(now) != verification.Success {
			t.Errorf("it is %v", got.State(now))
		}
	}
	wantStands()
	wantLedger(t, r, owner, account.Ledger{Free: 2 * price, Held: price})
	next := start(owner)
	begun(t, s, next)
	if _, err := s.Check(t.Context(), attempt(next.Verification.Ref, right, now)); err != nil {
		t.Fatal(err)
	}
	wantStands()
	wantLedger(t, r, owner, account.Ledger{Free: price, Held: 2 * price})
}

func pinLastCredit(t *testing.T, s Verifications, r account.Registry) {
	owner := uniqueAccount()
	topUp(t, r, owner, price+price/2)
	var next atomic.Uint64
	wantOneWinner(t, fault.New(fault.QuotaExceeded), func(int) error {
		st := start(owner)
		st.Rate, st.Verification.Number = verification.Limit{}, number(34600100000+next.Add(1))
		return begins(t, s, st)
	})
	wantLedger(t, r, owner, account.Ledger{Free: price / 2, Held: price})
}

func pinRate(t *testing.T, s Verifications, r account.Registry) {
	owner, digits := uniqueAccount(), uint64(34600200000)
	topUp(t, r, owner, 1000*price)
	take := func(at time.Time) error {
		st := start(owner)
		digits++
		st.Now, st.Verification.Number = at, number(digits)
		return begins(t, s, st)
	}
	for i := range 30 {
		if err := take(now); err != nil {
			t.Fatalf("request %d of a second: %v", i+1, err)
		}
	}
	wantKind(t, take(now), fault.TooManyRequests)
	wantKind(t, take(now.Add(time.Second-instant)), fault.TooManyRequests)
	for i := range 30 {
		if err := take(now.Add(1100 * time.Millisecond)); err != nil {
			t.Fatalf("request %d of the next second: %v", i+1, err)
		}
	}
	wantKind(t, take(now.Add(1100*time.Millisecond)), fault.TooManyRequests)
}

// pinAdmissions counts what is admitted with what is begun: of many at once, as many pass as the
// day has left.
func pinAdmissions(t *testing.T, s Verifications, r account.Registry) {
	const most = 5
	owner := uniqueAccount()
	topUp(t, r, owner, price)
	daily := verification.Limit{Count: most, Per: 24 * time.Hour, Kind: fault.TooManyRequests}
	st := start(owner)
	st.Daily = daily
	begun(t, s, st)
	admitted := verification.Admission{Daily: daily, Rate: st.Rate, Now: now}
	admitted.Verification.Ref = verification.Ref{Account: owner}
	var passed atomic.Int32
	var all sync.WaitGroup
	for range 4 * most {
		all.Go(func() {
			if err := s.Admit(t.Context(), admitted); err == nil {
				passed.Add(1)
			} else {
				wantKind(t, err, fault.TooManyRequests)
			}
		})
	}
	all.Wait()
	if passed.Load() != most-1 {
		t.Errorf("%d were admitted beside the one that was begun, want %d", passed.Load(), most-1)
	}
	other := start(owner)
	other.Verification.Number, other.Verification.Held, other.Daily = number(34600300000), 0, daily
	wantKind(t, begins(t, s, other), fault.TooManyRequests)
	wantLedger(t, r, owner, account.Ledger{Held: price})
}

func pinNothingLeft(t *testing.T, s Verifications, r account.Registry) {
	owner := uniqueAccount()
	poor := start(owner)
	wantKind(t, begins(t, s, poor), fault.QuotaExceeded)
	if v := find(t, s, poor.Verification.Ref); v.Nonce != 0 {
		t.Error("a begin without credit left a verification")
	}
	wantLedger(t, r, owner, account.Ledger{})
	topUp(t, r, owner, price)
	begun(t, s, poor)
}

func pinNumberCaps(t *testing.T, s Verifications, r account.Registry) {
	owner := uniqueAccount()
	topUp(t, r, owner, 100*price)
	at := now
	again := func() error {
		st := start(owner)
		st.Now, st.NumberFailures, st.Number = at, 4, verification.Limit{Count: 3, Per: 24 * time.Hour, Kind: fault.NumberCapped}
		st.Verification.Submitted, st.Verification.PINExpires, st.Verification.Expires = at, at.Add(time.Minute), at.Add(time.Minute)
		if err := begins(t, s, st); err != nil {
			return err
		}
		for range 3 {
			_, _ = s.Check(t.Context(), attempt(st.Verification.Ref, "wrong", at))
		}
		at = at.Add(time.Hour)
		return nil
	}
	if err := again(); err != nil { // three wrong codes
		t.Fatal(err)
	}
	if err := again(); err != nil { // one more, the fourth of the day
		t.Fatal(err)
	}
	wantKind(t, again(), fault.Denied)
	at = now.Add(24*time.Hour - instant)
	wantKind(t, again(), fault.Denied)
	at = now.Add(26 * time.Hour)
	if err := again(); err != nil {
		t.Errorf("the next day: %v", err)
	}
}

func pinNetworkCaps(t *testing.T, s Verifications, r account.Registry) {
	owner := uniqueAccount()
	topUp(t, r, owner, 100*price)
	next := uint64(34600300000)
	take := func(network, client string) error {
		st := start(owner)
		next++
		st.Verification.Number, st.Verification.Network, st.Client = number(next), network, client
		st.Network = verification.Limit{Count: 2, Per: time.Hour, Kind: fault.TooManyRequests}
		st.Address = verification.Limit{Count: 3, Per: time.Hour, Kind: fault.TooManyRequests}
		return begins(t, s, st)
	}
	for _, network := range []string{"3460", "3460", "3461"} {
		if err := take(network, "192.0.2.1"); err != nil {
			t.Fatal(err)
		}
	}
	wantKind(t, take("3460", "192.0.2.2"), fault.TooManyRequests)
	wantKind(t, take("3461", "192.0.2.1"), fault.TooManyRequests)
	if err := take("3461", "192.0.2.2"); err != nil {
		t.Error(err)
	}
	wantLedger(t, r, owner, account.Ledger{Free: 96 * price, Held: 4 * price})
}

func pinUnlimited(t *testing.T, s Verifications, r account.Registry) {
	owner := uniqueAccount()
	st := start(owner)
	st.Rate, st.Verification.Held = verification.Limit{}, 0
	v := begun(t, s, st)
	if err := s.Settle(t.Context(), v, true); err != nil {
		t.Error(err)
	}
	wantLedger(t, r, owner, account.Ledger{})
}
