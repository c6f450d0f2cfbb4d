package verification_test

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

const (
	noMoreEvents   = fault.NoMoreEvents
	unknownRequest = fault.UnknownRequest
)

// wantFailure wants a failure that carries the request_id.
func wantFailure(t testing.TB, err error, kind fault.Kind, id string) {
	t.Helper()
	wantKind(t, err, kind)
	if err != nil && fault.As(err).ID != id {
		t.Errorf("%v carries %q, want %q", kind, fault.As(err).ID, id)
	}
}

func TestRightCode(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.request(t, map[string]string{"digits": "6"})
	code := r.provider.last(t).PIN.Reveal()
	wantFailure(t, r.check(t, id, wrong(code)), fault.WrongCode, id)
	v, err := r.checker().Check(t.Context(), owner, strings.ToUpper(id), verification.NewPIN(code), netip.MustParseAddr("198.51.100.7"))
	if err != nil || v.Charge() != price || v.MessageCost() != 33_300 || len(v.EventID(1)) != 16 {
		t.Fatalf("right code: %v, %d, %d, %s", err, v.Charge(), v.MessageCost(), v.EventID(1))
	}
	wantFailure(t, r.check(t, id, code), unknownRequest, id)
	wantFailure(t, r.check(t, id, wrong(code)), unknownRequest, id)
	if got := r.ledger(t); got != (account.Ledger{Free: 9 * price, Held: price}) {
		t.Errorf("before settlement %+v", got)
	}
	r.advance(t, time.Hour)
	if got := r.ledger(t); got != (account.Ledger{Free: 9 * price, Charged: price}) {
		t.Errorf("after settlement %+v", got)
	}
	if r.provider.count() != 1 {
		t.Errorf("%d messages, one after success", r.provider.count())
	}
	wantChecked(t, r.report(t, id), code)
}

func wantChecked(t *testing.T, report verification.Report, code string) {
	t.Helper()
	if report.State != verification.Success || len(report.Tried) != 2 || !report.Finalized.Equal(begin.Add(time.Second/2)) {
		t.Fatalf("%v, %d codes, at %v", report.State, len(report.Tried), report.Finalized)
	}
	for i, want := range []struct {
		code  string
		valid bool
	}{{wrong(code), false}, {code, true}} {
		got := report.Tried[i]
		if got.Code.Reveal() != want.code || got.Valid != want.valid || got.Address != "198.51.100.7" || got.At.Sub(begin) != time.Second/2 {
			t.Errorf("code %d: valid %v, from %s, at %v", i, got.Valid, got.Address, got.At)
		}
	}
	if report.First() != report.Last() || len(report.Events) != 1 || report.Events[0].Outcome != verification.Accepted {
		t.Errorf("events %+v", report.Events)
	}
}

// TestAddressOfCheck keeps an address as it is written canonically.
func TestAddressOfCheck(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.request(t, nil)
	code := verification.NewPIN(wrong(r.provider.last(t).PIN.Reveal()))
	for _, address := range []string{"2001:DB8:0::1", "::ffff:198.51.100.7"} {
		_, err := r.checker().Check(t.Context(), owner, id, code, netip.MustParseAddr(address))
		wantFailure(t, err, fault.WrongCode, id)
	}
	if got := r.report(t, id).Tried; len(got) != 2 || got[0].Address != "2001:db8::1" ||
		got[1].Address != "198.51.100.7" {
		t.Errorf("%d kept", len(got))
	}
}

func TestThreeWrongCodes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.request(t, nil)
	code := r.provider.last(t).PIN.Reveal()
	for _, want := range []fault.Kind{fault.WrongCode, fault.WrongCode, fault.TooManyCodes, fault.TooManyCodes} {
		wantFailure(t, r.check(t, id, wrong(code)), want, id)
	}
	wantFailure(t, r.check(t, id, code), fault.TooManyCodes, id)
	if got := r.report(t, id); got.State != verification.Failed || len(got.Tried) != 3 {
		t.Errorf("%v after %d codes", got.State, len(got.Tried))
	}
	r.request(t, nil) // the number is free
	r.advance(t, time.Hour)
	if got := r.ledger(t); got != (account.Ledger{Free: 10 * price}) {
		t.Errorf("after all %+v", got)
	}
}

func TestNewPINGivesNewAttempts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.request(t, map[string]string{"steps": "sms 120 voice 120 voice", "expiry": "120"})
	first := r.provider.last(t).PIN.Reveal()
	for range 2 {
		wantFailure(t, r.check(t, id, wrong(first)), fault.WrongCode, id)
	}
	r.advance(t, 121*time.Second)
	second := r.provider.last(t).PIN.Reveal()
	if first == second { // as it is once in 10,000 runs
		first = wrong(second)
	}
	wantFailure(t, r.check(t, id, first), fault.WrongCode, id) // the old PIN is dead
	wantFailure(t, r.check(t, id, wrong(second)), fault.WrongCode, id)
	if err := r.check(t, id, second); err != nil {
		t.Error(err)
	}
}

func TestBetweenTwoPINsNothingCounts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.request(t, nil)
	r.advance(t, 302*time.Second)
	old := r.provider.last(t).PIN.Reveal()
	for range 5 {
		wantFailure(t, r.check(t, id, old), fault.WrongCode, id)
	}
	r.advance(t, 10*time.Second)
	if err := r.check(t, id, r.provider.last(t).PIN.Reveal()); err != nil {
		t.Error(err)
	}
}

func TestUnknownRequests(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.request(t, nil)
	code := r.provider.last(t).PIN.Reveal()
	_, foreign := r.checker().Check(t.Context(), owner^1, id, verification.NewPIN(code), netip.Addr{})
	wantFailure(t, foreign, unknownRequest, id)
	for _, other := range []string{"", "x", strings.Repeat("0", 32), strings.Repeat("g", 32), id + "0", strings.Repeat("f", 9000)} {
		wantFailure(t, r.check(t, other, code), unknownRequest, other)
		wantFailure(t, r.controller().Cancel(t.Context(), owner, other), unknownRequest, other)
		wantFailure(t, r.controller().TriggerNextEvent(t.Context(), owner, other), unknownRequest, other)
		_, err := r.searcher().Search(t.Context(), owner, []string{other})
		wantKind(t, err, unknownRequest)
	}
	if err := r.check(t, id, code); err != nil {
		t.Errorf("what names nothing counted: %v", err)
	}
}

func TestRaces(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.request(t, nil)
	code := r.provider.last(t).PIN.Reveal()
	kinds := race(100, func(int) error { return r.check(t, id, wrong(code)) })
	if kinds[fault.WrongCode] > 2 || kinds[fault.WrongCode]+kinds[fault.TooManyCodes] != 100 || len(r.report(t, id).Tried) != 3 {
		t.Errorf("wrong codes: %v", kinds)
	}
	id = r.request(t, nil)
	code = r.provider.last(t).PIN.Reveal()
	kinds = race(100, func(int) error { return r.check(t, id, code) })
	if kinds[good] != 1 || kinds[fault.UnknownRequest] != 99 {
		t.Errorf("right codes: %v", kinds)
	}
}

// good counts what did not fail.
const good = fault.Kind(255)

func race(n int, f func(i int) error) map[fault.Kind]int {
	kinds, mu, done := map[fault.Kind]int{}, sync.Mutex{}, sync.WaitGroup{}
	for i := range n {
		done.Go(func() {
			kind := good
			if err := f(i); err != nil {
				kind = fault.Of(err)
			}
			mu.Lock()
			defer mu.Unlock()
			kinds[kind]++
		})
	}
	done.Wait()
	return kinds
}

func TestFiftyRequestsForOneNumber(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c, o := caller(), order(t, nil)
	c.Terms.PerSecond = 0
	var ids sync.Map
	var started atomic.Value
	kinds := race(50, func(int) error {
		id, err := r.requester().Request(t.Context(), c, o, newNonce(t))
		if err == nil {
			started.Store(id)
		} else {
			ids.Store(fault.As(err).ID, true)
		}
		return err
	})
	if kinds[good] != 1 || kinds[fault.Concurrent] != 49 {
		t.Fatalf("%v", kinds)
	}
	ids.Range(func(id, _ any) bool {
		if id != started.Load() {
			t.Errorf("a refusal carries %v", id)
		}
		return true
	})
	r.advance(t, 10*time.Second)
	ends := 50 // also of the 49 that there are not
	if r.provider.count() != 1 || r.ledger(t).Held != price || r.box.Len() != ends+1 {
		t.Errorf("%d sent, %+v, %d messages", r.provider.count(), r.ledger(t), r.box.Len())
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first := r.request(t, map[string]string{"sender": "Läden"})
	if got := r.report(t, first); got.State != verification.InProgress || !got.Finalized.IsZero() || got.Sender != "Läden" || got.Number != subscriber ||
		!got.Submitted.Equal(begin) || got.Charge() != 0 || got.MessageCost() != 33_300 {
		t.Errorf("running: %+v", got)
	}
	r.advance(t, 31*time.Second)
	if err := r.controller().Cancel(t.Context(), owner, first); err != nil {
		t.Fatal(err)
	}
	r.advance(t, time.Minute)
	second := r.request(t, nil)
	both, err := r.searcher().Search(t.Context(), owner, []string{second, "unknown", first})
	if err != nil || len(both) != 2 || both[0].RequestID != second || both[1].State != verification.Cancelled || both[0].State != verification.InProgress {
		t.Errorf("found %d, %v", len(both), err)
	}
	_, err = r.searcher().Search(t.Context(), owner^1, []string{first, second})
	wantKind(t, err, unknownRequest)
	if text := fmt.Sprintf("%v %+v %#v", both, both, both[0].Tried); strings.Contains(text, subscriber.Digits()) {
		t.Error("a report prints the number")
	}
}

func TestKeyRotation(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.request(t, map[string]string{"steps": "sms 120 voice 120 voice", "expiry": "120"})
	r.ring = verification.Ring{key(t, 2), key(t, 1)}
	wantFailure(t, r.check(t, id, wrong(r.provider.last(t).PIN.Reveal())), fault.WrongCode, id)
	_, err := r.requester().Request(t.Context(), caller(), order(t, nil), newNonce(t))
	wantFailure(t, err, fault.Concurrent, id)
	r.advance(t, 121*time.Second)
	if err := r.check(t, id, r.provider.last(t).PIN.Reveal()); err != nil {
		t.Errorf("after the rotation: %v", err)
	}
	if got := r.report(t, id); got.Tried[0].Code.Reveal() == "" || !got.Tried[1].Valid {
		t.Error("codes tried before the rotation are lost")
	}
	next := r.request(t, nil)
	if err := r.check(t, next, r.provider.last(t).PIN.Reveal()); err != nil {
		t.Errorf("with the new key: %v", err)
	}
	r.ring = verification.Ring{key(t, 2)}
	if _, err := r.searcher().Search(t.Context(), owner, []string{id}); fault.Of(err) != unknownRequest {
		t.Errorf("with the old key gone: %v", err)
	}
}
