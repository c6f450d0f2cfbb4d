package verify2_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"lineproof/shared/api/verify2"
	"lineproof/shared/phone"
	"lineproof/shared/verification"
	"lineproof/shared/webhook"
)

var update = flag.Bool("update", false, "rewrite the goldens")

const id = "c11236f400bf4b8984ba88b25df97315"

var submitted = time.Date(2030, 1, 2, 3, 4, 5, 678_900_000, time.UTC)

var bodies = verify2.Callbacks{Origin: "https://verify.example"}

// at returns a time so many seconds after the request.
func at(seconds float64) time.Time {
	return submitted.Add(time.Duration(seconds * float64(time.Second)))
}

// verified returns a verification of those steps, each as "channel wait", that expires after 900 s,
// with those events.
func verified(steps string, events ...verification.Event) verification.Verification {
	number, _ := phone.ParseDigits("447700900123")
	v := verification.Verification{
		Ref:       verification.Ref{Account: 1, Number: number, Nonce: 1},
		Submitted: submitted, Expires: at(900), Allowed: 15, Event: len(events),
		Detail: verification.Detail{Events: events, Price: 100_000, Callback: "w:app", Queued: true,
			Reference: "my <ref> & \u2028"},
		Hash: []byte("hash"),
	}
	v.Plan.Expiry = 300 * time.Second
	for step := range strings.SplitSeq(steps, ", ") {
		name, wait, _ := strings.Cut(step, " ")
		d, _ := time.ParseDuration(wait)
		v.Plan.Steps = append(v.Plan.Steps, verification.Step{Channel: verification.Channel(name), Wait: d})
	}
	return v
}

func event(c verification.Channel, seconds float64, o verification.Outcome) verification.Event {
	return verification.Event{Channel: c, At: at(seconds), Outcome: o}
}

func settled(v verification.Verification) verification.Verification {
	v.Settled = true
	return v
}

// unsent is a text message that the provider refused.
func unsent(seconds float64, reason verification.Reason) verification.Event {
	e := event(sms, seconds, verification.Refused)
	e.Reason = reason
	return e
}

func right(v verification.Verification, seconds float64) verification.Verification {
	v.Guess, v.Checked = v.Hash, at(seconds)
	return settled(v)
}

func wrong(v verification.Verification, seconds float64) verification.Verification {
	v.Attempts, v.Checked = verification.MaxAttempts, at(seconds)
	return settled(v)
}

func ended(v verification.Verification, seconds float64) verification.Verification {
	v.CancelledAt = at(seconds)
	return settled(v)
}

const (
	silent = verification.Silent
	sms    = verification.SMS
	voice  = verification.Voice
	steps  = "silent 60s, sms 180s, voice 180s"
)

type callback struct {
	name string
	kind webhook.Kind
	v    verification.Verification
}

// callbacks are one for each way in which a step and a verification can end.
func callbacks() []callback {
	device := func(o verification.Outcome) verification.Event { return event(silent, 0, o) }
	texted := event(sms, 60, verification.Accepted)
	account := right(verified("sms 125s, voice 180s", event(sms, 1, verification.Accepted)), 9)
	account.Callback = "w:"
	displaced := ended(verified("sms 0s", event(sms, 1, verification.Accepted)), 20)
	displaced.GaveWay = true
	return []callback{
		{"pending", webhook.Pending, verified(steps, device(verification.Waiting))},
		{"pending, told late", webhook.Pending, right(verified(steps, device(verification.Proved)), 9)},
		{"step completed", webhook.Step, right(verified(steps, device(verification.Proved)), 9)},
		{"step of another line", webhook.Step, verified(steps, device(verification.Mismatched), event(sms, 5, verification.Accepted))},
		{"step failed", webhook.Step, verified(steps, device(verification.Unproved), event(sms, 5, verification.Accepted))},
		{"step expired", webhook.Step, verified(steps, device(verification.Waiting), texted)},
		{"step expired to the millisecond", webhook.Step, verified(steps, device(verification.Waiting), event(sms, 59.9999, verification.Accepted))},
		{"step proved and expired", webhook.Step, verified(steps, device(verification.Proved), texted)},
		{"step passed over", webhook.Step, verified(steps, device(verification.Waiting), event(sms, 12, verification.Accepted))},
		{"step cancelled", webhook.Step, ended(verified(steps, device(verification.Waiting)), 12)},
		{"step of wrong codes", webhook.Step, wrong(verified(steps, device(verification.Proved)), 12)},
		{"step alone expired", webhook.Step, settled(verified("silent 900s", device(verification.Waiting)))},

		{"summary completed silently", webhook.Summary, right(verified(steps, device(verification.Proved)), 9)},
		{"summary completed by SMS", webhook.Summary, right(verified(steps, device(verification.Unproved), event(sms, 5, verification.Accepted)), 31)},
		{"summary completed by voice", webhook.Summary, right(verified(steps, device(verification.Waiting), event(sms, 12, verification.Accepted), event(voice, 192, verification.Unknown)), 200)},
		{"summary of wrong codes", webhook.Summary, wrong(verified("sms 180s, voice 180s", event(sms, 1, verification.Accepted)), 50)},
		{"summary expired", webhook.Summary, settled(verified("sms 180s, voice 180s", event(sms, 1, verification.Accepted), event(voice, 181, verification.Accepted)))},
		{"summary expired, the last not sent", webhook.Summary, settled(verified("sms 180s, voice 180s", event(sms, 1, verification.Accepted), event(voice, 181, verification.Refused)))},
		{"summary of another line", webhook.Summary, settled(verified("silent 60s", device(verification.Mismatched)))},
		{"summary of no line", webhook.Summary, settled(verified("silent 60s", device(verification.Unproved)))},
		{"summary failed", webhook.Summary, settled(verified("silent 60s, sms 180s", device(verification.Unproved), event(sms, 5, verification.Refused)))},
		{"summary of a number that opted out", webhook.Summary, settled(verified("sms 180s, sms 180s", unsent(1, verification.OptedOut), unsent(2, verification.OptedOut)))},
		{"summary of a number that is barred", webhook.Summary, settled(verified("sms 180s", unsent(1, verification.Barred)))},
		{"summary of no number", webhook.Summary, settled(verified("sms 180s", unsent(1, verification.Unreachable)))},
		{"summary of a blocked country", webhook.Summary, settled(verified("sms 180s", unsent(1, verification.CountryBlocked)))},
		{"summary of a spent limit", webhook.Summary, right(verified("sms 180s, voice 180s", unsent(1, verification.SpendLimit), event(voice, 2, verification.Accepted)), 40)},
		{"summary blocked", webhook.Summary, settled(verified("sms 180s, voice 180s", event(sms, 1, verification.Blocked), event(voice, 2, verification.Blocked)))},
		{"summary of one blocked step", webhook.Summary, right(verified("sms 180s, voice 180s", event(sms, 1, verification.Blocked), event(voice, 2, verification.Accepted)), 40)},
		{"summary without an event", webhook.Summary, settled(verified("sms 180s"))},
		{"summary cancelled", webhook.Summary, ended(verified("sms 180s, voice 180s", event(sms, 1, verification.Accepted)), 20)},
		{"summary displaced", webhook.Summary, displaced},
		{"summary at an account's own address", webhook.Summary, account},
	}
}

// Each body is as its golden has it, byte by byte.
func TestCallbackGoldens(t *testing.T) {
	t.Parallel()
	const file = "testdata/callbacks.txtar"
	archive := &txtar.Archive{}
	for _, c := range callbacks() {
		body, ready := bodies.Body(c.kind, id, c.v)
		if !ready || !json.Valid(body) {
			t.Fatalf("%s: %s, %v", c.name, body, ready)
		}
		archive.Files = append(archive.Files, txtar.File{Name: c.name, Data: append(body, '\n')})
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(golden.Files) != len(archive.Files) {
		t.Fatalf("%d goldens, %d callbacks", len(golden.Files), len(archive.Files))
	}
	for i, f := range archive.Files {
		if want := golden.Files[i]; want.Name != f.Name || !bytes.Equal(want.Data, f.Data) {
			t.Errorf("%s is\n%swant %s\n%s", f.Name, f.Data, want.Name, want.Data)
		}
	}
}

// A callback waits for what it tells.
func TestCallbacksWait(t *testing.T) {
	t.Parallel()
	device := event(silent, 0, verification.Mismatched)
	unsent := verified(steps, device, event(sms, 5, verification.Unknown))
	unsent.Queued = false // the provider may yet throttle it, and the step end later
	third := verified(steps, device, event(sms, 5, verification.Accepted), event(voice, 190, verification.Unknown))
	third.Queued = false
	cancelled := ended(verified(steps, event(silent, 0, verification.Waiting)), 9)
	cancelled.Settled = false
	for _, test := range []struct {
		name  string
		kind  webhook.Kind
		v     verification.Verification
		ready bool
	}{
		{"a step that has not ended", webhook.Step, verified(steps, device), false},
		{"a step whose next is not sent", webhook.Step, unsent, false},
		{"a step of long ago", webhook.Step, third, true},
		{"a step of one not settled", webhook.Step, cancelled, false},
		{"no silent step", webhook.Step, settled(verified("sms 180s")), false},
		{"no silent step begun", webhook.Pending, verified(steps), false},
		{"a summary of one not settled", webhook.Summary, cancelled, false},
	} {
		if _, ready := bodies.Body(test.kind, id, test.v); ready != test.ready {
			t.Errorf("%s is ready: %v", test.name, ready)
		}
	}
}

// No body holds the number, and none a member that nobody has documented.
func TestCallbacksHoldNoNumber(t *testing.T) {
	t.Parallel()
	for _, c := range callbacks() {
		body, _ := bodies.Body(c.kind, id, c.v)
		for _, canary := range []string{"447700900123", "7700900", "hash"} {
			if bytes.Contains(body, []byte(canary)) {
				t.Errorf("%s holds %s: %s", c.name, canary, body)
			}
		}
	}
}
