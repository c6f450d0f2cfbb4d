package verification_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/verification"
)

// TestPlans plays plans to their ends: when and how their events take place, by seconds from the
// request, with which PIN, and when they expire.
func TestPlans(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		steps, expiry string
		events        string
		end           time.Duration
	}{
		{"sms 125 voice 180 voice", "300", "0 sms A, 125 voice A, 305 voice B", 605},
		{"sms 125 sms 180 voice", "300", "0 sms A, 125 sms A, 305 voice B", 605},
		{"voice 150 voice", "300", "0 voice A, 150 voice A", 300},
		{"sms 120 sms", "300", "0 sms A, 120 sms A", 300},
		{"sms", "300", "0 sms A", 300},
		{"voice", "300", "0 voice A", 300},
		{"sms", "3600", "0 sms A", 3600},
		{"voice", "60", "0 voice A", 60},
		{"sms 120 voice 120 voice", "360", "0 sms A, 120 voice A, 240 voice A", 360},
		{"sms 120 voice 120 voice", "240", "0 sms A, 120 voice A, 240 voice B", 480},
		{"sms 120 voice 120 voice", "120", "0 sms A, 120 voice B, 240 voice C", 360},
		{"sms 120 voice 120 voice", "300", "0 sms A, 120 voice A, 240 voice A", 300},
		{"sms 125 voice 180 voice", "60", "0 sms A, 125 voice B, 305 voice C", 365},
		{"sms 900 sms 900 voice", "2700", "0 sms A, 900 sms A, 1800 voice A", 2700},
		{"sms 900 sms", "900", "0 sms A, 900 sms B", 1800},
	} {
		name := test.steps + ", expiry " + test.expiry
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.request(t, map[string]string{"steps": test.steps, "expiry": test.expiry})
			for r.Now().Sub(begin) < (test.end-1)*time.Second {
				r.advance(t, time.Second)
			}
			if got := r.report(t, id).State; got != verification.InProgress {
				t.Errorf("a second before its end it is %v", got)
			}
			r.advance(t, 2*time.Second)
			if got := r.story(); got != test.events {
				t.Errorf("events\n%s\nwant\n%s", got, test.events)
			}
			report := r.report(t, id)
			if report.State != verification.Expired || report.Finalized.Sub(begin).Truncate(time.Second) != test.end*time.Second {
				t.Errorf("%v after %v", report.State, report.Finalized.Sub(begin))
			}
			r.advance(t, 5*time.Second) // a check that came in time may be on its way
			if l := r.ledger(t); l != (account.Ledger{Free: 10 * price}) || r.box.Len() != 0 {
				t.Errorf("the end left %+v and %d messages", l, r.box.Len())
			}
		})
	}
}

// story tells what was sent, naming the PINs in the order in which they first came.
func (r *rig) story() string {
	names, text := map[verification.PIN]string{}, ""
	for i, n := range r.provider.sent {
		if names[n.PIN] == "" {
			names[n.PIN] = string(rune('A' + len(names)))
		}
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%d %s %s", int(r.provider.at[i].Sub(begin).Seconds()), n.Channel, names[n.PIN])
	}
	return text
}

func TestTriggerNextEvent(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.request(t, nil)
	for range 2 {
		if err := r.controller().TriggerNextEvent(t.Context(), owner, id); err != nil {
			t.Fatal(err)
		}
	}
	err := r.controller().TriggerNextEvent(t.Context(), owner, id)
	wantFailure(t, err, noMoreEvents, id)
	r.advance(t, 10*time.Second)
	channels := []verification.Channel{}
	for _, n := range r.provider.sent {
		channels = append(channels, n.Channel)
	}
	if !reflect.DeepEqual(channels, []verification.Channel{verification.SMS, verification.Voice, verification.Voice}) {
		t.Errorf("sent by %v", channels)
	}
	if r.provider.sent[0].PIN != r.provider.sent[1].PIN || r.provider.sent[1].PIN == r.provider.sent[2].PIN {
		t.Error("the third event alone carries a new PIN")
	}
	r.advance(t, time.Hour)
	if r.provider.count() != 3 || r.box.Len() != 0 {
		t.Errorf("%d sent, %d messages left", r.provider.count(), r.box.Len())
	}
	wantFailure(t, r.controller().TriggerNextEvent(t.Context(), owner, id), unknownRequest, id)
}

func TestTriggerBetweenEvents(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.request(t, nil)
	r.advance(t, 130*time.Second) // the second event has come by itself
	if err := r.controller().TriggerNextEvent(t.Context(), owner, id); err != nil {
		t.Fatal(err)
	}
	wantFailure(t, r.controller().TriggerNextEvent(t.Context(), owner, id), noMoreEvents, id)
	r.advance(t, time.Second)
	if r.provider.count() != 3 {
		t.Errorf("%d events", r.provider.count())
	}
	r.advance(t, time.Hour)
	if r.provider.count() != 3 || r.report(t, id).State != verification.Expired || r.box.Len() != 0 {
		t.Errorf("%d events, %v, %d messages left", r.provider.count(), r.report(t, id).State, r.box.Len())
	}
}
