package verification_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// begin begins the verification of an order that was changed, and returns its request_id.
func (r *rig) begin(
	t testing.TB, params map[string]string, change func(*verification.Order),
) (string, error) {
	t.Helper()
	o := order(t, params)
	o.Plan.Steps = slices.Clone(o.Plan.Steps)
	change(&o)
	return r.requester().Request(t.Context(), caller(), o, newNonce(t))
}

// Each step may have its own line, sender and words; what it leaves out is the verification's.
func TestStepsHaveTheirOwnMeans(t *testing.T) {
	t.Parallel()
	r, elsewhere := newRig(t), number(447700900555)
	text, _ := verification.ParseText("Call {{code}}")
	id, err := r.begin(t, map[string]string{"steps": "sms 60 sms"}, func(o *verification.Order) {
		o.Plan.Steps[1].Means = verification.Means{
			To: elsewhere, Country: "GB", Sender: "Other", AppHash: "FA+9qCX9VSu",
			Entity: "110", Content: "120", Text: text, Segments: 3,
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	r.advance(t, time.Second)
	first := r.provider.last(t)
	if first.To != subscriber || first.Country != "GB" || !first.Text.IsZero() || first.Entity != "" {
		t.Errorf("the first message is %+v", first)
	}
	r.advance(t, time.Minute)
	second := r.provider.last(t)
	if second.To != elsewhere || second.Sender != "Other" || second.AppHash != "FA+9qCX9VSu" ||
		second.Entity != "110" || second.Content != "120" || second.Text != text {
		t.Errorf("the second message is %+v", second)
	}
	if cost := r.report(t, id).MessageCost(); cost != 4*33_300 {
		t.Errorf("messages cost %d", cost)
	}
}

// A step to another line is held to what any verification of that line is.
func TestStepsToOtherLines(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		to      uint64
		country string
		line    verification.LineType
		want    fault.Kind
	}{
		"country": {33612345678, "FR", "", fault.UnsupportedNetwork},
		"costly":  {449012345678, "GB", verification.Premium, fault.UnsupportedNetwork},
		"a test":  {990123450001, verification.SandboxCountry, "", fault.UnsupportedNetwork},
	} {
		_, err := newRig(t).begin(t, nil, func(o *verification.Order) {
			o.Plan.Steps[1].To, o.Plan.Steps[1].Country = number(test.to), test.country
			o.Plan.Steps[1].Type = test.line
		})
		if !fault.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is on the deny list gets no message, also as another step's line.
func TestStepToADeniedLine(t *testing.T) {
	t.Parallel()
	r, elsewhere := newRig(t), number(447700900555)
	if err := r.store.Deny(t.Context(), owner, elsewhere, true); err != nil {
		t.Fatal(err)
	}
	id, err := r.begin(t, map[string]string{"steps": "sms 60 sms"}, func(o *verification.Order) {
		o.Plan.Steps[1].To, o.Plan.Steps[1].Country = elsewhere, "GB"
	})
	if err != nil {
		t.Fatal(err)
	}
	r.advance(t, 61*time.Second)
	if got := r.outcomes(t, id); got != "accepted refused" || r.provider.count() != 1 {
		t.Errorf("events %s, %d sent", got, r.provider.count())
	}
}

// A code of the caller's own is that of every message, and stands nowhere in the clear.
func TestChosenCode(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id, err := r.begin(t, map[string]string{"steps": "sms 60 voice"}, func(o *verification.Order) {
		o.Code, o.Digits, o.Plan.Expiry = verification.NewPIN("aB3xY"), 5, time.Minute
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, wait := range []time.Duration{time.Second, time.Minute} {
		r.advance(t, wait)
		if got := r.provider.last(t).PIN.Reveal(); got != "aB3xY" {
			t.Errorf("sent %q", got)
		}
	}
	if v := r.report(t, id).Verification; len(v.Code) != 5 || string(v.Code) == "aB3xY" {
		t.Errorf("the record has %q", v.Code)
	}
	wantKind(t, r.check(t, id, "ab3xy"), fault.WrongCode)
	if err := r.check(t, id, "aB3xY"); err != nil {
		t.Error(err)
	}
}

// Tries are those of the whole verification: a new code brings no new ones.
func TestTries(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id, err := r.begin(t, map[string]string{"steps": "sms 60 voice"}, func(o *verification.Order) {
		o.Tries, o.Plan.Expiry = 3, time.Minute
	})
	if err != nil {
		t.Fatal(err)
	}
	r.advance(t, time.Second)
	first := r.provider.last(t).PIN.Reveal()
	wantKind(t, r.check(t, id, wrong(first)), fault.WrongCode)
	r.advance(t, time.Minute)
	wantKind(t, r.check(t, id, first), fault.WrongCode) // dead since the second
	wantKind(t, r.check(t, id, wrong(first)), fault.TooManyCodes)
	wantKind(t, r.check(t, id, r.provider.last(t).PIN.Reveal()), fault.TooManyCodes)
}

// Of what reaches nobody, the next step of an onward verification follows at once.
func TestOnward(t *testing.T) {
	t.Parallel()
	for name, onward := range map[string]bool{"onward": true, "in its time": false} {
		r := newRig(t)
		r.provider.answer = func(n verification.OutboundMessage) verification.Outcome {
			if n.Channel == verification.SMS {
				return verification.Refused
			}
			return verification.Accepted
		}
		id, err := r.begin(t, map[string]string{"steps": "sms 60 voice"},
			func(o *verification.Order) { o.Onward = onward })
		if err != nil {
			t.Fatal(err)
		}
		r.advance(t, time.Second)
		want := "refused"
		if onward {
			want = "refused accepted"
		}
		if got := r.outcomes(t, id); got != want {
			t.Errorf("%s: events %s, want %s", name, got, want)
		}
		r.advance(t, time.Minute)
		if got := r.outcomes(t, id); got != "refused accepted" {
			t.Errorf("%s: events %s", name, got)
		}
	}
}

// When the last step of an onward verification reaches nobody, no code can be right any more: it
// ends, and its number is free. A code of the owner's own may have come another way.
func TestOnwardEndsWithoutHope(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		steps  string
		change func(*verification.Order)
		ends   bool
	}{
		"alone":               {"sms", func(o *verification.Order) { o.Onward = true }, true},
		"after a delivery":    {"voice 60 sms", func(o *verification.Order) { o.Onward, o.Plan.Expiry = true, time.Minute }, true},
		"the first code goes": {"voice 60 sms", func(o *verification.Order) { o.Onward = true }, false},
		"a code of one's own": {"sms", func(o *verification.Order) { o.Onward, o.Code, o.Digits = true, verification.NewPIN("12345"), 5 }, false},
		"not onward":          {"sms", func(*verification.Order) {}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.provider.answer = func(n verification.OutboundMessage) verification.Outcome {
				if n.Channel == verification.SMS {
					return verification.Refused
				}
				return verification.Accepted
			}
			id, err := r.begin(t, map[string]string{"steps": test.steps}, test.change)
			if err != nil {
				t.Fatal(err)
			}
			r.advance(t, 61*time.Second)
			if ended := r.report(t, id).State == verification.Expired; ended != test.ends {
				t.Errorf("it has ended: %v", ended)
			}
			if _, err := r.begin(t, map[string]string{"steps": "sms"}, test.change); (err == nil) != test.ends {
				t.Errorf("another begins: %v", err)
			}
			r.advance(t, time.Hour)
			if l := r.ledger(t); l.Held != 0 || l.Charged != 0 {
				t.Errorf("the ledger is %+v", l)
			}
		})
	}
}

// Its owner may end any verification at any time, by a rule of its own.
func TestEndAtAnyTime(t *testing.T) {
	t.Parallel()
	for name, wait := range map[string]time.Duration{"young": 0, "far": 200 * time.Second} {
		r := newRig(t)
		id := r.request(t, nil)
		r.advance(t, wait)
		if err := r.controller().End(t.Context(), owner, id); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if v := r.report(t, id); v.State != verification.Cancelled || v.Withdrawn() {
			t.Errorf("%s: %s, withdrawn %v", name, v.State, v.Withdrawn())
		}
		wantKind(t, r.controller().End(t.Context(), owner, id), unknownRequest)
		r.advance(t, time.Hour)
		if l := r.ledger(t); l.Held != 0 || l.Charged != 0 {
			t.Errorf("%s: the ledger is %+v", name, l)
		}
	}
}

// A silent step that nobody can prove fails as it begins: the next follows at once.
func TestUncovered(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id, err := r.begin(t, map[string]string{"steps": "silent 60 sms"},
		func(o *verification.Order) { o.Uncovered = true })
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = r.prove(t, id, holds(subscriber.Uint64()))
	wantKind(t, err, unknownRequest)
	r.advance(t, time.Second)
	if got := r.outcomes(t, id); got != "unproved accepted" {
		t.Errorf("events %s", got)
	}
}

// A silent step that fails as the last one ends its verification: another may begin.
func TestSilentEndsAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.request(t, map[string]string{"steps": "silent 60"})
	if _, _, err := r.prove(t, id, holds(447700900999)); err != nil {
		t.Fatal(err)
	}
	if s := r.report(t, id).State; s != verification.Expired {
		t.Errorf("stands %s", s)
	}
	r.request(t, map[string]string{"steps": "silent 60"})
}

// Who asked is told when the silent step has given way, once the next has begun.
func TestSilentStepIsTold(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id, err := r.begin(t, map[string]string{"steps": "silent 60 sms 60 voice"},
		func(o *verification.Order) { o.Callback = "w:someone" })
	if err != nil {
		t.Fatal(err)
	}
	if told := r.told(t, 59*time.Second); len(told) != 0 {
		t.Errorf("told too early: %+v", told)
	}
	told := r.told(t, time.Second)
	want := verification.Ending{
		Callback: "w:someone", RequestID: id, Key: 1, State: verification.InProgress,
		Channel: verification.Silent,
	}
	if len(told) != 1 || told[0] != want {
		t.Errorf("told %+v, want %+v", told, want)
	}
	told = r.told(t, time.Hour)
	if len(told) != 1 || told[0].State != verification.Expired {
		t.Errorf("told of the end: %+v", told)
	}
}

// Listeners hand on by what stands before the colon, and leave the rest to others.
func TestListeners(t *testing.T) {
	t.Parallel()
	var told []string
	hear := func(name string) verification.Listener {
		return hearing(func(e verification.Ending) { told = append(told, name+" "+e.Callback) })
	}
	l := verification.Listeners{"": hear("plain"), "w": hear("web")}
	for _, callback := range []string{"name", "w:", "w:app", "other:name"} {
		if err := l.Ended(context.Background(), verification.Ending{Callback: callback}); err != nil {
			t.Error(err)
		}
	}
	if got := strings.Join(told, ", "); got != "plain name, web w:, web w:app" {
		t.Errorf("told %s", got)
	}
	l["w"] = failing{}
	if err := l.Ended(context.Background(), verification.Ending{Callback: "w:"}); err == nil {
		t.Error("a failure is lost")
	}
}

type failing struct{}

func (failing) Ended(context.Context, verification.Ending) error { return errors.New("away") }
