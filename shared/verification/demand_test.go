package verification_test

import (
	"strings"
	"testing"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// polled is the plan of whoever polls, and sends an SMS once the end user wants one.
var polled = map[string]string{"steps": "silent 60 sms 0 sms", "digits": "6"}

// onDemand begins a verification whose steps wait for wishes, as whoever polls has it.
func (r *rig) onDemand(t testing.TB, codeless bool) string {
	t.Helper()
	id, err := r.begin(t, polled, func(o *verification.Order) {
		o.Tries, o.Onward, o.OnDemand = 3, true, true
		o.Policy = verification.Supersede
		o.Plan.Steps[0].Codeless = codeless
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// wantDevice wants the silent step to have come to something.
func (r *rig) wantDevice(t testing.TB, id string, want verification.Outcome) {
	t.Helper()
	if got := r.report(t, id).DeviceOutcome(r.Now()); got != want {
		t.Errorf("the silent step is %q, want %q", got, want)
	}
}

// Nothing is sent that nobody wished for: not when the device proves nothing, nor when its time is
// over. The verification then ends in its time.
func TestOnDemandSendsNothingByItself(t *testing.T) {
	t.Parallel()
	for want, device := range map[verification.Outcome]verification.Device{
		verification.Mismatched: holds(447700900999), verification.Unproved: holds(0),
		verification.Late: nil,
	} {
		t.Run(string(want), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.onDemand(t, false)
			r.wantDevice(t, id, verification.Waiting)
			if n := r.box.Len(); n != 1 {
				t.Errorf("%d jobs wait, want the end alone", n)
			}
			if device != nil {
				if got, _, err := r.prove(t, id, device); got != want || err != nil {
					t.Fatalf("proved %q, %v", got, err)
				}
				r.wantDevice(t, id, want)
			}
			r.advance(t, 61*time.Second)
			r.wantDevice(t, id, want)
			r.advance(t, 298*time.Second)
			wantState(t, r, id, verification.InProgress)
			r.advance(t, time.Minute)
			wantState(t, r, id, verification.Expired)
			if n, l := r.provider.count(), r.ledger(t); n != 0 || l.Held != 0 || l.Charged != 0 {
				t.Errorf("%d messages were sent, the ledger is %+v", n, l)
			}
		})
	}
}

func wantState(t testing.TB, r *rig, id string, want verification.State) {
	t.Helper()
	if got := r.report(t, id).State; got != want {
		t.Errorf("it is %s, want %s", got, want)
	}
}

// Each wish begins the next step, whatever came of the one before; of those at once, and of second
// clicks, one does. The second SMS carries the code of the first, which is still good.
func TestOnDemandWishes(t *testing.T) {
	t.Parallel()
	for name, device := range map[string]verification.Device{
		"before the device": nil, "after another line": holds(1), "after no line": holds(0),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.onDemand(t, false)
			if device != nil {
				_, _, _ = r.prove(t, id, device)
			}
			wish := func(by string) error {
				_, err := r.controller().NextStep(t.Context(), owner, id, []byte(by))
				return err
			}
			for _, by := range []string{"a", "b"} {
				if err := wish(by); err != nil {
					t.Fatal(err)
				}
			}
			r.advance(t, 0)
			r.advance(t, calm-time.Second)
			if err := wish("c"); err != nil {
				t.Fatal(err)
			}
			r.advance(t, 0)
			if n := r.provider.count(); n != 1 {
				t.Fatalf("%d messages were sent, want 1", n)
			}
			first := r.provider.last(t).PIN.Reveal()
			r.advance(t, time.Second)
			if err := wish("d"); err != nil {
				t.Fatal(err)
			}
			r.advance(t, 0)
			if again := r.provider.last(t).PIN.Reveal(); r.provider.count() != 2 || again != first {
				t.Errorf("%d messages, the second with %q, the first with %q", r.provider.count(),
					again, first)
			}
			r.advance(t, calm)
			wantKind(t, wish("e"), fault.NoMoreEvents)
			wantKind(t, r.check(t, id, wrong(first)), fault.WrongCode)
			if err := r.check(t, id, first); err != nil {
				t.Errorf("the code is refused: %v", err)
			}
		})
	}
}

// A late wish has its code live as long as an early one.
func TestOnDemandLateWish(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.onDemand(t, false)
	r.advance(t, 350*time.Second)
	if err := r.controller().TriggerNextEvent(t.Context(), owner, id); err != nil {
		t.Fatal(err)
	}
	r.advance(t, 299*time.Second)
	wantState(t, r, id, verification.InProgress)
	if err := r.check(t, id, r.provider.last(t).PIN.Reveal()); err != nil {
		t.Error(err)
	}
	r.advance(t, time.Hour)
	if l := r.ledger(t); l.Charged != price || l.Held != 0 {
		t.Errorf("the ledger is %+v", l)
	}
}

// A message that is refused is followed by nothing, and the last one ends what has no hope.
func TestOnDemandRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.provider.answer = func(verification.OutboundMessage) verification.Outcome {
		return verification.Refused
	}
	id := r.onDemand(t, false)
	r.wishNext(t, id)
	r.advance(t, time.Minute)
	if got := r.outcomes(t, id); got != "waiting refused" {
		t.Errorf("events %s", got)
	}
	wantState(t, r, id, verification.InProgress)
	r.wishNext(t, id)
	if got := r.outcomes(t, id); got != "waiting refused refused" {
		t.Errorf("events %s", got)
	}
	wantState(t, r, id, verification.InProgress) // the first code may be in somebody's hands
}

// Without the term the line alone verifies nothing: the code does. With it, the line is enough, once
// and for all, and costs what a success does.
func TestCodeless(t *testing.T) {
	t.Parallel()
	for codeless, want := range map[bool]verification.State{
		false: verification.InProgress, true: verification.Success,
	} {
		r := newRig(t)
		id := r.onDemand(t, codeless)
		outcome, code, err := r.prove(t, id, holds(subscriber.Uint64()))
		if outcome != verification.Proved || err != nil {
			t.Fatalf("proved %q, %v", outcome, err)
		}
		wantState(t, r, id, want)
		r.wantDevice(t, id, verification.Proved)
		if !codeless {
			if err := r.check(t, id, code); err != nil {
				t.Errorf("the code is refused: %v", err)
			}
			wantState(t, r, id, verification.Success)
			continue
		}
		if v := r.report(t, id); !v.Finalized.Equal(r.Now()) || len(v.Tried) != 0 {
			t.Errorf("it ended at %v with %d codes", v.Finalized, len(v.Tried))
		}
		_, _, err = r.prove(t, id, holds(0))
		wantKind(t, err, fault.UnknownRequest)
		err = r.controller().TriggerNextEvent(t.Context(), owner, id)
		wantKind(t, err, fault.UnknownRequest)
		r.advance(t, time.Hour)
		if l := r.ledger(t); l.Charged != price || l.Held != 0 || r.provider.count() != 0 {
			t.Errorf("the ledger is %+v, %d messages", l, r.provider.count())
		}
	}
}

// Only the line of the number verifies without a code.
func TestCodelessOfAnotherLine(t *testing.T) {
	t.Parallel()
	for _, device := range []verification.Device{holds(447700900999), holds(0)} {
		r := newRig(t)
		id := r.onDemand(t, true)
		_, _, _ = r.prove(t, id, device)
		wantState(t, r, id, verification.InProgress)
	}
}

// Of devices that come at once with different lines one decides, and the verification is worth one
// success at most.
func TestCodelessRace(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.onDemand(t, true)
	done := make(chan verification.Outcome)
	for i := range 20 {
		go func() {
			device := holds(subscriber.Uint64())
			if i%2 == 0 {
				device = holds(0)
			}
			outcome, _, _ := r.prove(t, id, device)
			done <- outcome
		}()
	}
	proved := 0
	for range 20 {
		if <-done == verification.Proved {
			proved++
		}
	}
	success := r.report(t, id).State == verification.Success
	if success != (proved == 1) || proved > 1 {
		t.Errorf("%d devices proved the line, success: %t", proved, success)
	}
}

// A new one takes the place of one that waits, as whoever starts anew expects.
func TestOnDemandStartsAnew(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first := r.onDemand(t, true)
	r.advance(t, time.Second)
	second := r.onDemand(t, true)
	wantState(t, r, first, verification.Superseded)
	wantState(t, r, second, verification.InProgress)
	_, _, err := r.prove(t, first, holds(subscriber.Uint64()))
	wantKind(t, err, fault.UnknownRequest)
	r.advance(t, time.Hour)
	if l := r.ledger(t); l.Held != 0 || l.Charged != 0 {
		t.Errorf("the ledger is %+v", l)
	}
	if strings.EqualFold(first, second) {
		t.Error("both have one id")
	}
}
