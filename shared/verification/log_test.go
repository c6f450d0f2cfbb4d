package verification_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"testing"
	"time"

	"lineproof/shared/verification"
)

// logged is what a dispatcher has logged.
type logged struct{ bytes.Buffer }

func (l *logged) dispatcher(r *rig) verification.Dispatcher {
	c := r.dispatcher()
	c.Log = slog.New(slog.NewJSONHandler(&l.Buffer, nil))
	return c
}

// lines returns what stands beside each line of that message, without level and time, and fails
// the test when a number stands there.
func (l *logged) lines(t *testing.T, message string) []map[string]string {
	t.Helper()
	var all []map[string]string
	for text := range strings.Lines(l.String()) {
		line := map[string]any{}
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text, subscriber.Digits()) {
			t.Errorf("a number is logged: %s", text)
		}
		if line["msg"] == message {
			delete(line, "time")
			delete(line, "level")
			delete(line, "msg")
			told := map[string]string{}
			for name, value := range line {
				told[name] = fmt.Sprint(value)
			}
			all = append(all, told)
		}
	}
	return all
}

// Whatever comes of a verification is told once, when it is settled.
func TestEndsAreLogged(t *testing.T) {
	t.Parallel()
	for want, end := range map[verification.State]func(*testing.T, *rig, string){
		verification.Success: func(t *testing.T, r *rig, id string) {
			if err := r.check(t, id, r.provider.last(t).PIN.Reveal()); err != nil {
				t.Fatal(err)
			}
		},
		verification.Failed: func(t *testing.T, r *rig, id string) {
			for range verification.MaxAttempts {
				_ = r.check(t, id, "0000")
			}
		},
		verification.Expired: func(*testing.T, *rig, string) {},
		verification.Cancelled: func(t *testing.T, r *rig, id string) {
			r.Move(31 * time.Second)
			if err := r.controller().Cancel(t.Context(), owner, id); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(string(want), func(t *testing.T) {
			t.Parallel()
			r, l := newRig(t), &logged{}
			id := r.request(t, map[string]string{"digits": "4"})
			end(t, r, id)
			r.box.Advance(t.Context(), time.Hour, r.Move, l.dispatcher(r).Deliver)
			ended := l.lines(t, "verification ended")
			told := map[string]string{"outcome": string(want), "country": "GB"}
			if len(ended) != 1 || !maps.Equal(ended[0], told) {
				t.Errorf("logged %v", ended)
			}
		})
	}
}

// A message that does not leave is told with its reason, whoever refused it.
func TestUnsentMessagesAreLogged(t *testing.T) {
	t.Parallel()
	for want, refuse := range map[string]func(*rig){
		"refused by the provider": func(r *rig) {
			r.provider.answer = func(verification.OutboundMessage) verification.Outcome { return verification.Refused }
		},
		"throttled by the provider": func(r *rig) {
			r.provider.answer = func(verification.OutboundMessage) verification.Outcome { return verification.Throttled }
		},
		"quota exceeded": func(*rig) {},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			r, l, c := newRig(t), &logged{}, caller()
			if want == "quota exceeded" {
				c.Terms.MessageCostPerDay = 1
			}
			once := order(t, map[string]string{"steps": "sms"})
			if _, err := r.requester().Request(t.Context(), c, once, newNonce(t)); err != nil {
				t.Fatal(err)
			}
			refuse(r)
			r.box.Advance(t.Context(), time.Minute, r.Move, l.dispatcher(r).Deliver)
			unsent := l.lines(t, "message not sent")
			if len(unsent) != 1 || !maps.Equal(unsent[0], map[string]string{
				"account": "abcd1234", "country": "GB", "channel": "sms", "reason": want,
			}) {
				t.Errorf("logged %v", l.String())
			}
		})
	}
}

// Each message that is handed to the provider leaves a line, which names the verification and no
// number or PIN.
func TestMessagesAreLogged(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.provider.answer = func(n verification.OutboundMessage) verification.Outcome {
		switch {
		case n.Event == 1 && n.Try == 0:
			return verification.Throttled
		case n.Event == 2:
			return verification.Refused
		}
		return verification.Accepted
	}
	var log strings.Builder
	timeless := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	dispatcher := r.dispatcher()
	dispatcher.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: timeless}))
	asked := order(t, map[string]string{"steps": "sms 125 voice 180 voice"})
	id, err := r.requester().Request(t.Context(), caller(), asked, newNonce(t))
	if err != nil {
		t.Fatal(err)
	}
	r.box.Advance(t.Context(), time.Hour, r.Move, dispatcher.Deliver)
	var want strings.Builder
	for _, how := range []string{
		"event=1 channel=sms outcome=throttled", "event=1 channel=sms outcome=accepted",
		"event=2 channel=voice outcome=refused", "event=3 channel=voice outcome=accepted",
	} {
		fmt.Fprintf(&want, "level=INFO msg=message request_id=%s account=%v %s\n",
			id, owner, how)
	}
	var messages strings.Builder
	for line := range strings.Lines(log.String()) {
		if strings.Contains(line, " msg=message ") {
			messages.WriteString(line)
		}
	}
	if messages.String() != want.String() {
		t.Errorf("logged\n%swant\n%s", log.String(), want.String())
	}
}
