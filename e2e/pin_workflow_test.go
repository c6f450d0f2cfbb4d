package e2e_test

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"
)

// played is a workflow and what is sent of it: channel, second and a letter for the PIN of each
// event; then when it ends.
type played struct {
	workflow, expiry, wait string
	events                 []string
	ends                   int
}

var workflows = []played{
	{"1", "", "", []string{"sms 0 a", "voice 125 a", "voice 305 b"}, 605},
	{"2", "", "", []string{"sms 0 a", "sms 125 a", "voice 305 b"}, 605},
	{"3", "", "", []string{"voice 0 a", "voice 150 a"}, 300},
	{"4", "", "", []string{"sms 0 a", "sms 120 a"}, 300},
	{"5", "", "", []string{"sms 0 a", "voice 120 a"}, 300},
	{"6", "", "", []string{"sms 0 a"}, 300},
	{"7", "", "", []string{"voice 0 a"}, 300},
	{"1", "360", "120", []string{"sms 0 a", "voice 120 a", "voice 240 a"}, 360},
	{"1", "240", "120", []string{"sms 0 a", "voice 120 a", "voice 240 b"}, 480},
	{"1", "120", "120", []string{"sms 0 a", "voice 120 b", "voice 240 c"}, 360},
	{"2", "400", "120", []string{"sms 0 a", "sms 120 b", "voice 240 c"}, 360},
	{"3", "900", "900", []string{"voice 0 a", "voice 900 b"}, 1800},
	{"4", "3600", "900", []string{"sms 0 a", "sms 900 a"}, 3600},
	{"6", "3600", "", []string{"sms 0 a"}, 3600},
	{"7", "60", "", []string{"voice 0 a"}, 60},
}

// near tells whether a time lies the seconds after another, give or take what calls take on a slow
// machine.
func near(at, after time.Time, seconds int) bool {
	return math.Abs(at.Sub(after).Seconds()-float64(seconds)) < 5
}

// TestPINWorkflows plays each workflow to its end by moving the clock.
func TestPINWorkflows(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		as := on.account(t, "unlimited")
		ids := make([]string, len(workflows))
		for i, w := range workflows {
			ids[i] = on.request(t, as, freshMobile(), "workflow_id", w.workflow, "pin_expiry", w.expiry, "next_event_wait", w.wait, "code_length", "6")
			on.messages(t, ids[i])
		}
		on.advance(t, 2*time.Hour)
		for i, w := range workflows {
			w.wantPlayed(t, on, as, ids[i])
		}
	})
}

func (w played) wantPlayed(t *testing.T, on target, as apiAccount, id string) {
	t.Helper()
	sent := on.messages(t, id)
	if len(sent) != len(w.events) {
		t.Errorf("%+v: %d messages", w, len(sent))
		return
	}
	letters := map[string]string{}
	for i, p := range pins(sent) {
		letters[p] = string(rune('a' + i))
	}
	for i, m := range sent {
		var channel, letter string
		var second int
		if _, err := fmt.Sscan(w.events[i], &channel, &second, &letter); err != nil {
			t.Fatal(err)
		}
		if m.Event != i+1 || m.Channel != channel || letters[m.PIN] != letter || !near(m.SentAt, sent[0].SentAt, second) {
			t.Errorf("%+v: event %d is %s after %s with PIN %s", w, m.Event, m.Channel, m.SentAt.Sub(sent[0].SentAt), letters[m.PIN])
		}
	}
	found := on.wantState(t, as, id, "EXPIRED")
	ended, err := time.Parse(time.DateTime, found.values["date_finalized"])
	if err != nil || !near(ended, sent[0].SentAt, w.ends) {
		t.Errorf("%+v: ended %s after the first event, %v", w, ended.Sub(sent[0].SentAt), err)
	}
	if found.values["price"] != "0.00000000" || found.values["estimated_price_messages_sent"] != fmt.Sprintf("%.8f", 0.0333*float64(len(sent))) {
		t.Errorf("%+v: costs %s", w, found.Body)
	}
}

// TestPINExpiry follows a PIN to its end: good until then, dead when a new one is out, and after
// expiry nothing is.
func TestPINExpiry(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		as := on.account(t, "unlimited")
		renewed := on.request(t, as, freshMobile(), "pin_expiry", "120", "next_event_wait", "120")
		gap := on.request(t, as, freshMobile(), "workflow_id", "4", "pin_expiry", "60")
		once := on.request(t, as, freshMobile(), "workflow_id", "6", "pin_expiry", "60")
		first, gone, last := on.pin(t, renewed), on.pin(t, gap), on.pin(t, once)
		on.check(t, as, renewed, notPIN(first)).want(t, wrongCode)
		on.check(t, as, renewed, notPIN(first)).want(t, wrongCode)
		on.advance(t, 70*time.Second)
		on.check(t, as, gap, gone).want(t, wrongCode) // the PIN is dead, the next event not yet due
		on.check(t, as, once, last).want(t, notFound(once))
		on.control(t, as, once, "cancel").want(t, inactive(once))
		on.wantState(t, as, once, "EXPIRED")
		on.wantState(t, as, gap, "IN PROGRESS")
		on.advance(t, 60*time.Second)
		second := on.pin(t, renewed)
		if first == second { // as it is once in 10,000 runs
			first = notPIN(second)
		}
		on.check(t, as, renewed, first).want(t, wrongCode)
		on.check(t, as, renewed, notPIN(second)).want(t, wrongCode) // a new PIN has attempts of its own
		on.check(t, as, renewed, second).want(t, "0")
		on.check(t, as, gap, on.pin(t, gap)).want(t, "0")
	})
}

// TestPINCancel cancels within its window only: from 30 s on, until the second event.
func TestPINCancel(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		as, number := on.account(t, "unlimited"), freshMobile()
		id, late := on.request(t, as, number), on.request(t, as, freshMobile())
		skipped, only := on.request(t, as, freshMobile()), on.request(t, as, freshMobile(), "workflow_id", "6")
		pin := on.pin(t, id)
		early := "19 Verification request ['" + id + "'] can't be cancelled within the first 30 seconds."
		on.control(t, as, id, "cancel").want(t, early)
		on.advance(t, 20*time.Second)
		on.control(t, as, id, "cancel").want(t, early)
		on.control(t, as, skipped, "trigger_next_event").want(t, "0")
		on.advance(t, 11*time.Second)
		done := on.control(t, as, id, "cancel").want(t, "0")
		wantMembers(t, done.object(t), "command", "status")
		on.control(t, as, id, "cancel").want(t, inactive(id))
		on.control(t, as, id, "trigger_next_event").want(t, inactive(id))
		on.check(t, as, id, pin).want(t, notFound(id))
		on.wantState(t, as, id, "CANCELLED")
		on.control(t, as, skipped, "cancel").want(t, "19 Verification request ['"+skipped+"'] can't be cancelled now. Too many attempts to re-deliver have already been made.")
		on.request(t, as, number) // it is free again
		on.advance(t, 100*time.Second)
		on.control(t, as, late, "cancel").want(t, "19 Verification request ['"+late+"'] can't be cancelled now. Too many attempts to re-deliver have already been made.")
		on.control(t, as, only, "cancel").want(t, "0") // no second event ends its window
		on.advance(t, time.Hour)
		if sent := on.messages(t, id); len(sent) != 1 {
			t.Errorf("a cancelled verification sent %d messages", len(sent))
		}
	})
}

// TestPINTrigger skips to the next event: two times in workflow 1, never in workflow 6.
func TestPINTrigger(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		as := on.account(t, "unlimited")
		id, single := on.request(t, as, freshMobile()), on.request(t, as, freshMobile(), "workflow_id", "6")
		on.control(t, as, single, "trigger_next_event").want(t, exhausted+single+"']")
		for event := range 3 {
			if sent := on.messages(t, id); len(sent) != event+1 {
				t.Fatalf("%d events were sent, want %d", len(sent), event+1)
			}
			if event < 2 {
				wantMembers(t, on.control(t, as, id, "trigger_next_event").want(t, "0").object(t), "command", "status")
			}
		}
		on.control(t, as, id, "trigger_next_event").want(t, exhausted+id+"']")
		if p := pins(on.messages(t, id)); len(p) != 2 {
			t.Errorf("%d PINs were sent, want a new one with the third event", len(p))
		}
		on.check(t, as, id, on.pin(t, id)).want(t, "0")
		on.advance(t, time.Hour)
		if sent := on.messages(t, id); len(sent) != 3 {
			t.Errorf("%d messages were sent in all", len(sent))
		}
	})
}

// searchNames are the members of a search's answer in the documents' order.
const searchNames = "request_id account_id number sender_id date_submitted date_finalized checks first_event_date last_event_date price currency status estimated_price_messages_sent events"

// TestPINHistory verifies one number again and again, to each end: every request_id stays
// searchable with what became of it.
func TestPINHistory(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		as, number := on.account(t, "unlimited"), freshMobile()
		var ids []string
		begin := func() string {
			ids = append(ids, on.request(t, as, number, "sender_id", "ACME"))
			return ids[len(ids)-1]
		}
		id := begin()
		on.check(t, as, id, on.pin(t, id)).want(t, "0")
		id = begin()
		for range 3 {
			on.check(t, as, id, notPIN(on.pin(t, id)))
		}
		begin()
		on.advance(t, time.Hour)
		id = begin()
		on.messages(t, id)
		on.advance(t, time.Minute)
		on.control(t, as, id, "cancel").want(t, "0")
		begin()
		states := []string{"SUCCESS", "FAILED", "EXPIRED", "CANCELLED", "IN PROGRESS"}
		for _, wait := range []time.Duration{0, 48 * time.Hour} {
			on.advance(t, wait)
			if wait > 0 {
				states[4] = "EXPIRED" // and nothing was removed meanwhile
			}
			for i, id := range ids {
				a := on.wantState(t, as, id, states[i])
				if names := strings.Join(a.namesOf(t), " "); names != searchNames {
					t.Errorf("the members are %s", names)
				}
				if a.values["number"] != number || a.values["sender_id"] != "ACME" || a.values["account_id"] != as.Key || a.values["request_id"] != id ||
					(a.values["date_finalized"] == "") != (states[i] == "IN PROGRESS") || (a.values["price"] == "0.10000000") != (states[i] == "SUCCESS") {
					t.Errorf("%s: %s", states[i], a.Body)
				}
			}
			form := as.params()
			form["request_ids"] = ids
			if all, _ := on.postForm(t, "/verify/search/json", nil, form).object(t)["verification_requests"].([]any); len(all) != len(ids) {
				t.Errorf("a search for all finds %d of %d", len(all), len(ids))
			}
		}
		on.request(t, as, number)
	})
}

// TestPINSandbox shows what each test number comes to.
func TestPINSandbox(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		as := on.account(t, "unlimited")
		for _, row := range []struct {
			outcome, workflow, channels string
			cost                        string
		}{
			{"delivered", "1", "sms voice voice", "0.09990000"},
			{"refused", "1", "", "0.00000000"},
			{"throttled_once", "1", "sms voice voice", "0.09990000"},
			{"answer_lost", "1", "sms voice voice", "0.09990000"},
			{"sms_refused", "1", "voice voice", "0.06660000"},
			{"throttled", "4", "", "0.00000000"},
			{"landline", "1", "voice voice", "0.06660000"},
		} {
			id := on.request(t, as, on.number(t, row.outcome), "workflow_id", row.workflow)
			on.advance(t, 15*time.Minute)
			var channels []string
			for _, m := range on.messages(t, id) {
				channels = append(channels, m.Channel)
			}
			a := on.wantState(t, as, id, "EXPIRED")
			if strings.Join(channels, " ") != row.channels || a.values["estimated_price_messages_sent"] != row.cost {
				t.Errorf("%s: sent %v, search tells %s", row.outcome, channels, a.Body)
			}
		}
		for outcome, status := range map[string]string{"unroutable": "6", "denied": "7", "network_blocked": "7", "unsupported_network": "15"} {
			if a := on.ask(t, "json", as.params("number", on.number(t, outcome), "brand", "Acme")); a.values["status"] != status || (a.values["network"] != "") != (outcome == "network_blocked") {
				t.Errorf("%s: %s", outcome, a.Body)
			}
		}
	})
}

// TestPINMessages holds /local/messages to its shape.
func TestPINMessages(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		on.needLocal(t)
		as, number := on.account(t, "unlimited"), freshMobile()
		id := on.request(t, as, number, "sender_id", "ACME", "lg", "en-gb")
		for _, query := range []string{"request_id=" + id, "number=" + number, "number=%2B" + number, "number=+" + number} {
			a := on.get(t, "/local/messages?"+query)
			want := `[{"request_id":"` + id + `","event":1,"channel":"sms","to":"+` + number + `","from":"ACME","text":"Acme code: `
			if !strings.HasPrefix(string(a.Body), want) {
				t.Fatalf("%s: %s, want %s…", query, a.Body, want)
			}
			one := on.messages(t, id)[0]
			rest := fmt.Sprintf(`%s. Valid for 5 minutes.","pin":"%s","sent_at":"%s"}]`, one.PIN, one.PIN, one.SentAt.Format(time.RFC3339Nano))
			if got := strings.TrimSpace(string(a.Body)); got != want+rest {
				t.Errorf("%s: %s, want %s", query, got, want+rest)
			}
		}
		if a := on.get(t, "/local/messages?request_id="+nobody); strings.TrimSpace(string(a.Body)) != "[]" {
			t.Errorf("for nobody: %s", a.Body)
		}
		if a := on.get(t, "/local/messages?number=x"); a.Status != http.StatusBadRequest {
			t.Errorf("for no number: %d %s", a.Status, a.Body)
		}
	})
}
