package verification_test

import (
	"slices"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// wall is which later messages of its channel a reason holds back: all, those to the same number,
// those of the same sender to the same country.
type wall struct{ all, number, sender bool }

// walls are those of all reasons; what none stands for may be taken the next time.
var walls = map[verification.Reason]wall{
	verification.SpendLimit:     {all: true},
	verification.Disabled:       {all: true},
	verification.DailyLimit:     {number: true},
	verification.Unverified:     {number: true},
	verification.Barred:         {number: true},
	verification.Unreachable:    {number: true},
	verification.CountryBlocked: {number: true},
	verification.OptedOut:       {number: true, sender: true},
	verification.Unrouted:       {sender: true},
	verification.Missing:        {sender: true},
	verification.Forbidden:      {sender: true},
	verification.Unregistered:   {sender: true},
	verification.Unusable:       {sender: true},
	verification.Inactive:       {},
	verification.Malformed:      {},
	verification.Throttling:     {},
	verification.Unreached:      {},
	verification.Unexplained:    {},
}

// holds tells whether the wall holds back a message that has that in common with the one it held.
func (w wall) holds(sameNumber, sameSender bool) bool {
	return w != wall{} && (sameNumber || !w.number) && (sameSender || !w.sender)
}

// refusing has the provider refuse the first event by the reason, and returns the events that it is
// handed.
func refusing(r *rig, reason verification.Reason) *[]int {
	handed := &[]int{}
	r.provider.reason = reason
	r.provider.answer = func(n verification.OutboundMessage) verification.Outcome {
		*handed = append(*handed, n.Event)
		if n.Event == 1 {
			return verification.Refused
		}
		return verification.Accepted
	}
	return handed
}

// Every reason has a word of its own, and a decision about what it holds back.
func TestReasonsAreDecided(t *testing.T) {
	t.Parallel()
	words := map[string]bool{}
	for _, kind := range fault.Kinds() { // for which there is no leave
		words[kind.String()] = true
	}
	for _, reason := range verification.Reasons() {
		if words[string(reason)] || reason == "" {
			t.Errorf("%q stands for another reason too", reason)
		}
		words[string(reason)] = true
		if _, decided := walls[reason]; !decided {
			t.Errorf("nobody decided what %q holds back", reason)
		}
	}
	if len(walls) != len(verification.Reasons()) {
		t.Errorf("%d reasons, %d decided", len(verification.Reasons()), len(walls))
	}
}

// TestWalls refuses the first text message, and wants the provider to be handed the second only
// where it may take it, and the call in any case. What is not sent costs nothing, at any meter.
func TestWalls(t *testing.T) {
	t.Parallel()
	for reason, stands := range walls {
		t.Run(string(reason), func(t *testing.T) {
			t.Parallel()
			r, l, c := newRig(t), &logged{}, caller()
			want, outcomes, unsent := []int{1, 2, 3}, "refused accepted accepted", 1
			if stands != (wall{}) {
				want, outcomes, unsent = []int{1, 3}, "refused refused accepted", 2
			}
			cost := int64(3-unsent) * 33_300
			c.Terms.NumberMessages = 3 - unsent // so that one that is counted and not sent is one too many
			c.Terms.NetworkCostPerDay, c.Terms.MessageCostPerDay = cost, cost
			handed := refusing(r, reason)
			id, err := r.requester().Request(t.Context(), c,
				order(t, map[string]string{"steps": "sms 60 sms 60 voice", "expiry": "60"}), newNonce(t))
			if err != nil {
				t.Fatal(err)
			}
			r.box.Advance(t.Context(), time.Hour, r.Move, l.dispatcher(r).Deliver)
			if got := r.outcomes(t, id); !slices.Equal(*handed, want) || got != outcomes {
				t.Errorf("handed over %v, want %v; events %s, want %s", *handed, want, got, outcomes)
			}
			report := r.report(t, id)
			if report.Events[0].Reason != reason || report.Events[2].Reason != "" ||
				report.MessageCost() != cost {
				t.Errorf("events %+v, cost %d", report.Events, report.MessageCost())
			}
			if r.ledger(t) != (account.Ledger{Free: 10 * price}) || r.box.Len() != 0 {
				t.Errorf("left %+v and %d messages", r.ledger(t), r.box.Len())
			}
			lines := l.lines(t, "message not sent")
			for _, line := range lines {
				if line["reason"] != string(reason) {
					t.Errorf("logged %v", line)
				}
			}
			if len(lines) != unsent {
				t.Errorf("%d messages are logged as not sent, want %d", len(lines), unsent)
			}
		})
	}
}

// A message that differs from the one held in what the wall is about may pass it.
func TestWallsEnd(t *testing.T) {
	t.Parallel()
	other := verification.Means{To: number(447700900099), Country: "GB", Type: verification.Mobile}
	for reason, stands := range walls {
		for _, test := range []struct {
			name                   string
			means                  verification.Means
			sameNumber, sameSender bool
		}{
			{"the same", verification.Means{}, true, true},
			{"another number", other, false, true},
			{"another sender", verification.Means{Sender: "SHOP"}, true, false},
			{"another country", verification.Means{To: number(33612345678), Country: "FR", Type: verification.Mobile}, false, false},
		} {
			t.Run(string(reason)+" to "+test.name, func(t *testing.T) {
				t.Parallel()
				r, c := newRig(t), caller()
				c.Terms = account.StandardTerms("GB", "FR")
				handed := refusing(r, reason)
				o := order(t, map[string]string{"steps": "sms 60 sms"})
				o.Plan.Steps[1].Means = test.means
				if _, err := r.requester().Request(t.Context(), c, o, newNonce(t)); err != nil {
					t.Fatal(err)
				}
				r.advance(t, time.Hour)
				want := []int{1, 2}
				if stands.holds(test.sameNumber, test.sameSender) {
					want = []int{1}
				}
				if !slices.Equal(*handed, want) {
					t.Errorf("handed over %v, want %v", *handed, want)
				}
			})
		}
	}
}

// A wall that an event met stands for the third as well, and where steps follow each other at once
// the verification ends with the last of them.
func TestWallsUpToTheEnd(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	handed := refusing(r, verification.OptedOut)
	o := order(t, map[string]string{"steps": "sms 60 sms 60 sms", "expiry": "60"})
	o.Onward = true
	id, err := r.requester().Request(t.Context(), caller(), o, newNonce(t))
	if err != nil {
		t.Fatal(err)
	}
	r.advance(t, 10*time.Second) // of which five are those in which a check may still come
	if got := r.outcomes(t, id); got != "refused refused refused" || len(*handed) != 1 {
		t.Errorf("events %s, %d handed over", got, len(*handed))
	}
	if l := r.ledger(t); l != (account.Ledger{Free: 10 * price}) || r.report(t, id).State != verification.Expired {
		t.Errorf("%v, left %+v", r.report(t, id).State, l)
	}
}

// A message that has no leave, or that was put off too often, is recorded with why.
func TestReasonsOfOurOwn(t *testing.T) {
	t.Parallel()
	r, c := newRig(t), caller()
	c.Terms.NumberMessages = 1
	id, err := r.requester().Request(t.Context(), c, order(t, map[string]string{"steps": "sms 60 sms"}), newNonce(t))
	if err != nil {
		t.Fatal(err)
	}
	r.advance(t, time.Hour)
	events := r.report(t, id).Events
	if len(events) != 2 || events[0].Reason != "" || events[1].Reason != verification.Reason(fault.NumberCapped.String()) {
		t.Errorf("events %+v", events)
	}
	r = newRig(t)
	r.provider.reason = verification.Unreached
	r.provider.answer = func(verification.OutboundMessage) verification.Outcome { return verification.Throttled }
	l := &logged{}
	if id, err = r.requester().Request(t.Context(), caller(), order(t, map[string]string{"steps": "sms"}), newNonce(t)); err != nil {
		t.Fatal(err)
	}
	r.box.Advance(t.Context(), time.Hour, r.Move, l.dispatcher(r).Deliver)
	unsent, messages := l.lines(t, "message not sent"), l.lines(t, "message")
	if got := r.report(t, id).Events[0].Reason; got != verification.Unreached || len(unsent) != 1 ||
		unsent[0]["reason"] != string(got) || messages[0]["reason"] != string(got) {
		t.Errorf("recorded as %q, logged %v and %v", got, unsent, messages)
	}
}
