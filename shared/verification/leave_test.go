package verification_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// outcomes are those of a verification's events.
func (r *rig) outcomes(t *testing.T, id string) string {
	t.Helper()
	var all []string
	for _, e := range r.report(t, id).Events {
		all = append(all, string(e.Outcome))
	}
	return strings.Join(all, " ")
}

// TestNoLeaveNoMessage refuses messages by each cap in turn; the verification goes on to its end.
func TestNoLeaveNoMessage(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		terms func(*account.Terms)
		want  string
	}{
		"none": {func(*account.Terms) {}, "accepted accepted accepted"},
		"messages": {func(t *account.Terms) { t.NumberMessages = 2 },
			"accepted accepted refused"},
		"messages of a day": {func(t *account.Terms) { t.NumberMessagesPerDay = 1 },
			"accepted refused refused"},
		"cost of a network": {func(t *account.Terms) { t.NetworkCostPerDay = 40_000 },
			"accepted refused refused"},
		"cost of an account": {func(t *account.Terms) { t.MessageCostPerDay = 70_000 },
			"accepted accepted refused"},
		"less than a message": {func(t *account.Terms) { t.MessageCostPerDay = 1 },
			"refused refused refused"},
		"blocked in flight": {func(t *account.Terms) { t.Sample = 1 }, "accepted blocked blocked"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, c := newRig(t), caller()
			test.terms(&c.Terms)
			id, err := r.requester().Request(t.Context(), c, order(t, nil), newNonce(t))
			if err != nil {
				t.Fatal(err)
			}
			r.advance(t, time.Hour)
			sent := strings.Count(test.want, "accepted")
			if got := r.outcomes(t, id); got != test.want || r.provider.count() != sent ||
				r.report(t, id).MessageCost() != int64(sent)*33_300 {
				t.Errorf("events %s, %d sent", got, r.provider.count())
			}
			if r.report(t, id).State != verification.Expired ||
				r.ledger(t) != (account.Ledger{Free: 10 * price}) || r.box.Len() != 0 {
				t.Errorf("%v, left %+v and %d messages", r.report(t, id).State, r.ledger(t),
					r.box.Len())
			}
		})
	}
}

// TestTestNumbersNeedNoLeave sends to a test number beyond every cap of numbers, networks and cost.
func TestTestNumbersNeedNoLeave(t *testing.T) {
	t.Parallel()
	r, c := newRig(t), caller()
	c.Terms.NumberRequests, c.Terms.NumberMessages, c.Terms.NetworkCostPerDay,
		c.Terms.MessageCostPerDay = 1, 1, 1, 1
	for range 3 {
		id, err := r.requester().Request(t.Context(), c,
			order(t, map[string]string{"number": "990123450001"}), newNonce(t))
		if err != nil {
			t.Fatal(err)
		}
		r.advance(t, 31*time.Second)
		if err := r.controller().Cancel(t.Context(), owner, id); err != nil ||
			r.outcomes(t, id) != "accepted" {
			t.Errorf("%v, %s", err, r.outcomes(t, id))
		}
	}
}

// TestWhatTheProviderRefusesIsGivenBack counts nothing of it against any cap, nor against the
// network.
func TestWhatTheProviderRefusesIsGivenBack(t *testing.T) {
	t.Parallel()
	for _, outcome := range []verification.Outcome{verification.Refused, verification.Throttled} {
		r, c := newRig(t), caller()
		c.Terms.Sample, c.Terms.NumberMessages, c.Terms.NetworkCostPerDay,
			c.Terms.MessageCostPerDay = 2, 1, 33_300, 33_300
		r.provider.answer = func(n verification.OutboundMessage) verification.Outcome {
			if n.Event < 3 {
				return outcome
			}
			return verification.Accepted
		}
		id, err := r.requester().Request(t.Context(), c,
			order(t, map[string]string{"steps": "sms 60 voice 60 voice", "expiry": "60"}), newNonce(t))
		if err != nil {
			t.Fatal(err)
		}
		r.advance(t, time.Hour)
		if got := r.outcomes(t, id); got != "refused refused accepted" {
			t.Errorf("provider %s: %s", outcome, got)
		}
	}
}

// leaveless is a store that cannot tell whether there is leave.
type leaveless struct {
	store
	away *bool
}

func (l leaveless) Tally(ctx context.Context, t verification.Traffic) (bool, error) {
	if *l.away {
		return false, fault.New(fault.Unavailable)
	}
	return l.store.Tally(ctx, t)
}

// TestLeaveUnknown sends nothing while nobody can tell whether there is leave, and sends once
// somebody can.
func TestLeaveUnknown(t *testing.T) {
	t.Parallel()
	r, away := newRig(t), true
	r.store = leaveless{r.store, &away}
	id := r.request(t, nil)
	if r.provider.count() != 0 {
		t.Error("sent without leave")
	}
	away = false
	r.advance(t, time.Minute)
	if got := r.outcomes(t, id); got != "accepted" || r.provider.count() != 1 {
		t.Errorf("events %s, %d sent", got, r.provider.count())
	}
}

// TestSuccessCountsAtOnce has a success bring its points when the code is right, not when the
// verification would have ended.
func TestSuccessCountsAtOnce(t *testing.T) {
	t.Parallel()
	r, c := newRig(t), caller()
	c.Terms.Sample, c.Terms.PerSecond = 3, 0
	for i := range uint64(9) { // of which one more than three at a time would block the network
		o := order(t, nil)
		o.Line.Number = number(447700900000 + i)
		id, err := r.requester().Request(t.Context(), c, o, newNonce(t))
		if err != nil {
			t.Fatalf("request %d: %v", i+1, err)
		}
		r.advance(t, time.Second)
		if err := r.check(t, id, r.provider.last(t).PIN.Reveal()); err != nil {
			t.Fatal(err)
		}
		r.advance(t, time.Second)
	}
	if l := r.ledger(t); l.Charged != 9*price {
		t.Errorf("ledger %+v", l)
	}
}

// TestSharedNumber spares a number over all accounts that have such a cap.
func TestSharedNumber(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	begun := 0
	for i := range account.Key(7) {
		c := caller()
		c.Account += i
		if err := r.accounts.TopUp(t.Context(), c.Account, price,
			"shared"); err != nil {
			t.Fatal(err)
		}
		if _, err := r.requester().Request(t.Context(), c, order(t, nil), newNonce(t)); err == nil {
			begun++
		} else {
			wantKind(t, err, fault.NumberCapped)
		}
	}
	if begun != 5 {
		t.Errorf("%d accounts began a verification of one number, want 5", begun)
	}
}

// TestCapPerClientAddress meters the end user whom the caller reports, and nobody when it reports
// none.
func TestCapPerClientAddress(t *testing.T) {
	t.Parallel()
	r, c := newRig(t), caller()
	c.Terms.PerAddress, c.Terms.Prepaid = 2, false
	next := uint64(447700900000)
	ask := func(address string) error {
		o := order(t, map[string]string{"client": address})
		o.Line.Number = number(next)
		next++
		_, err := r.requester().Request(t.Context(), c, o, newNonce(t))
		return err
	}
	for _, test := range []struct {
		address string
		want    bool
	}{{"2001:db8::1", true}, {"2001:db8::2", true}, {"2001:db8::3", false},
		{"2001:db8:0:1::1", true}, {"", true}, {"", true}, {"", true}} {
		if err := ask(test.address); (err == nil) != test.want {
			t.Errorf("%q: %v", test.address, err)
		}
	}
}
