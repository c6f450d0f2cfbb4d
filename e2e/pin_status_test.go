package e2e_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	nobody    = "0123456789abcdef0123456789abcdef"
	missing   = "2 Your request is incomplete and missing the mandatory parameter: "
	wrongCode = "16 The code provided does not match the expected value"
	tooMany   = "17 A wrong code was provided too many times. Workflow terminated"
	noOne     = "101 No response found"
	exhausted = "19 No more events are left to execute for the request ['"
)

func notFound(id string) string {
	return "6 The Lineproof platform was unable to process this message for the following reason: Request '" + id + "' was not found or it has been verified already."
}

func inactive(id string) string {
	return "6 The requestId '" + id + "' does not exist or its no longer active."
}

// statusRow is a request and what it comes to.
type statusRow struct {
	operation, state string
	pairs            []string
	want             string
}

var requestStatuses = []statusRow{
	{"", "unlimited", []string{"number", "447400123456", "api_key", ""}, "2 Missing api_key"},
	{"", "unlimited", []string{"api_secret", ""}, "2 Your request is incomplete and missing some mandatory parameters"},
	{"", "unlimited", nil, missing + "number"},
	{"", "unlimited", []string{"number", "x"}, missing + "brand"},
	{"", "unlimited", []string{"number", "x", "brand", "A"}, "3 Invalid value for param: number"},
	{"", "unlimited", []string{"number", "447400123456", "brand", "Nineteen characters"}, "3 Invalid value for param: brand. Parameter is too long."},
	{"", "unlimited", []string{"number", "447400123456", "brand", "A", "code_length", "5"}, "3 Invalid value for param: code_length. The allowed values are 4 and 6."},
	{"", "unlimited", []string{"number", "447400123456", "brand", "A", "country", "XX"}, "3 Invalid value for param: country"},
	{"", "unlimited", []string{"number", "447400123456", "brand", "A", "api_secret", "no"}, "4 Bad Credentials"},
	{"", "unlimited", []string{"number", "+990123452101", "brand", "A"}, "6 The Lineproof platform was unable to process this message for the following reason: The request could not be routed."},
	{"", "unlimited", []string{"number", "+990123452201", "brand", "A"}, "7 The number you are trying to verify is blacklisted for verification"},
	{"", "unlimited", []string{"number", "+990123452301", "brand", "A"}, "7 The number you are trying to verify is blacklisted for verification"},
	{"", "barred", []string{"number", "447400123456", "brand", "A"}, "8 The api_key you supplied is for an account that has been barred from submitting messages."},
	{"", "no_credit", []string{"number", "447400123456", "brand", "A"}, "9 Partner quota exceeded"},
	{"", "unlimited", []string{"number", "+990123452401", "brand", "A"}, "15 The destination number is not in a supported network"},
	{"", "unlimited", []string{"number", "447400123456", "brand", "A", "require_type", "Landline"}, "15 The destination number is not in a supported network"},
	{"", "unlimited", []string{"number", "447400123456", "brand", "A", "pin_code", "1234"}, "20 This account does not support the parameter: pin_code."},
	{"", "demo", []string{"number", "447400123456", "brand", "A"}, "29 Your Lineproof account is in demo mode. While in demo mode you must add target numbers to the approved list for your account. Add credit to your account to remove this limitation."},
	{"psd2/", "unlimited", []string{"number", "447400123456"}, missing + "payee"},
	{"psd2/", "unlimited", []string{"number", "447400123456", "payee", "A", "amount", "x"}, "3 Invalid value for param: amount"},
	{"check/", "unlimited", nil, missing + "request_id"},
	{"check/", "unlimited", []string{"request_id", nobody}, missing + "code"},
	{"check/", "unlimited", []string{"request_id", nobody, "code", "12x4"}, "3 The code contains invalid characters"},
	{"check/", "unlimited", []string{"request_id", nobody, "code", "1234", "api_secret", "no"}, "4 Bad Credentials"},
	{"check/", "unlimited", []string{"request_id", nobody, "code", "1234"}, notFound(nobody)},
	{"search/", "unlimited", nil, missing + "request_id"},
	{"search/", "unlimited", []string{"request_id", nobody, "api_secret", "no"}, "4 Bad Credentials"},
	{"search/", "unlimited", []string{"request_id", nobody}, noOne},
	{"control/", "unlimited", []string{"request_id", nobody}, missing + "cmd"},
	{"control/", "unlimited", []string{"request_id", nobody, "cmd", "stop"}, "3 Invalid parameter found: cmd"},
	{"control/", "unlimited", []string{"request_id", nobody, "cmd", "cancel", "api_secret", "no"}, "4 Bad Credentials"},
	{"control/", "unlimited", []string{"request_id", nobody, "cmd", "cancel"}, inactive(nobody)},
	{"control/", "unlimited", []string{"request_id", nobody, "cmd", "trigger_next_event"}, inactive(nobody)},
}

var roots = map[string]string{"": "verify_response", "psd2/": "verify_response", "check/": "verify_response", "search/": "verify_request", "control/": "response"}

// TestPINStatuses reaches each status that a single call reaches, in JSON and in XML.
func TestPINStatuses(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		for _, row := range requestStatuses {
			form := on.account(t, row.state).params(row.pairs...)
			on.ask(t, row.operation+"json", form).want(t, row.want)
			inXML := on.askXML(t, row.operation+"xml", roots[row.operation], form)
			if inXML.Status+" "+inXML.ErrorText != row.want || (inXML.RequestID == nil) != (row.operation == "control/") {
				t.Errorf("%s%v in XML: %+v", row.operation, row.pairs, inXML)
			}
		}
	})
}

// TestPINLife verifies a number: request, a wrong code, the right one, and every call after it.
func TestPINLife(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		as, number := on.account(t, "unlimited"), freshMobile()
		id := on.request(t, as, number)
		again := on.ask(t, "json", as.params("number", "+"+number, "brand", "Other")).want(t, "10 Concurrent verifications to the same number are not allowed")
		if again.values["request_id"] != id {
			t.Errorf("status 10 names %s, want %s", again.values["request_id"], id)
		}
		pin := on.pin(t, id)
		if wrong := on.check(t, as, id, notPIN(pin)).want(t, wrongCode); wrong.values["request_id"] != id {
			t.Errorf("status 16 names %q", wrong.values["request_id"])
		}
		right := on.check(t, as, id, pin).want(t, "0")
		if right.values["price"] != "0.10000000" || right.values["currency"] != "EUR" || right.values["event_id"] == "" || right.values["request_id"] != id || right.values["estimated_price_messages_sent"] != "0.03330000" {
			t.Errorf("the right code: %s", right.Body)
		}
		on.check(t, as, id, pin).want(t, notFound(id))
		on.control(t, as, id, "cancel").want(t, inactive(id))
		on.control(t, as, id, "trigger_next_event").want(t, inactive(id))
		on.wantState(t, as, id, "SUCCESS")
		on.request(t, as, number)
	})
}

// TestPINThreeAttempts fails a verification; the number is free at once.
func TestPINThreeAttempts(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		as, number := on.account(t, "unlimited"), freshMobile()
		id := on.request(t, as, number)
		pin := on.pin(t, id)
		on.check(t, as, id, notPIN(pin)).want(t, wrongCode)
		on.check(t, as, id, notPIN(pin)).want(t, wrongCode)
		third := on.check(t, as, id, notPIN(pin)).want(t, tooMany)
		if len(third.values) != 2 {
			t.Errorf("status 17: %s", third.Body)
		}
		on.check(t, as, id, pin).want(t, tooMany)
		on.wantState(t, as, id, "FAILED")
		on.control(t, as, id, "cancel").want(t, inactive(id))
		on.request(t, as, number)
	})
}

// TestPINRate sends requests at once, in a second that does not pass, until the account's 30 are
// used up: not one more gets through. Checks, searches and controls do not count.
func TestPINRate(t *testing.T) {
	held(t, func(t *testing.T, on target, pass func(time.Duration)) {
		as := on.account(t, "standard")
		counts := map[string]int{}
		for end := time.Now().Add(patience); counts["1"] == 0 && time.Now().Before(end); {
			answers := together(racers/5, func(int) told {
				return on.ask(t, "json", as.params("number", freshMobile(), "brand", "Acme"))
			})
			for status, n := range counted(answers) {
				counts[status] += n
			}
		}
		away := counts["5"] // a busy store may be too slow, and count what it is too late to tell of
		delete(counts, "5")
		if counts["1"] == 0 || counts["0"] > 30 || counts["0"]+away < 30 || len(counts) != 2 {
			t.Errorf("the statuses are %v and %d times 5, want 30 times 0, and else 1", counts, away)
		}
		for range 35 {
			on.search(t, as, nobody).want(t, noOne)
		}
		pass(1100 * time.Millisecond) // a meter counts in tenths, and the oldest must be over
		on.request(t, as, freshMobile())
	})
}

// TestPINStrict shows what an account that holds to NIST SP 800-63B-4 refuses.
func TestPINStrict(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		as := on.account(t, "strict")
		id := on.request(t, as, freshMobile())
		if pin := on.pin(t, id); len(pin) != 6 {
			t.Errorf("a strict account's PIN has %d digits", len(pin))
		}
		on.ask(t, "json", as.params("number", freshMobile(), "brand", "A", "code_length", "4")).want(t, "3 Invalid value for param: code_length")
		on.ask(t, "json", as.params("number", freshMobile(), "brand", "A", "pin_expiry", "601")).want(t, "3 Invalid value for param: pin_expiry")
	})
}

// TestPINOthers shows that another account's request_id reads as one that nobody has.
func TestPINOthers(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		mine, other := on.account(t, "unlimited"), on.account(t, "standard")
		id := on.request(t, mine, freshMobile())
		pin := on.pin(t, id)
		for _, unknown := range []string{id, nobody, strings.ToUpper(id), id[:31], "x"} {
			on.check(t, other, unknown, pin).want(t, notFound(unknown))
			on.search(t, other, unknown).want(t, noOne)
			on.control(t, other, unknown, "cancel").want(t, inactive(unknown))
			on.control(t, other, unknown, "trigger_next_event").want(t, inactive(unknown))
		}
		on.check(t, mine, id, pin).want(t, "0")
	})
}

// TestPINMany searches for several at once.
func TestPINMany(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		as := on.account(t, "unlimited")
		ids := []string{on.request(t, as, freshMobile()), on.request(t, as, freshMobile())}
		ask := func(n int, more ...string) told {
			form := as.params()
			form["request_ids"] = append(more, ids...)
			for i := len(form["request_ids"]); i < n; i++ {
				form.Add("request_ids", strconv.Itoa(i))
			}
			a := on.postForm(t, "/verify/search/json", nil, form)
			return told{a, nil}
		}
		for _, a := range []told{ask(2), ask(10), ask(5, "x", nobody, "")} {
			found, _ := a.object(t)["verification_requests"].([]any)
			if len(found) != 2 {
				t.Fatalf("search answered %s", a.Body)
			}
			for i := range found {
				if one, _ := found[i].(map[string]any); one["request_id"] != ids[i] || one["status"] != "IN PROGRESS" {
					t.Errorf("the answer at %d is %v", i, one)
				}
			}
		}
		ask(11).answer.told(t).want(t, "18 Too many request_ids provided")
		form := as.params("request_id", ids[0])
		form["request_ids"] = make([]string, 11)
		if a := on.ask(t, "search/json", form); a.values["request_id"] != ids[0] {
			t.Errorf("with a request_id beside: %s", a.Body)
		}
		on.ask(t, "search/json", url.Values{"api_key": form["api_key"], "api_secret": form["api_secret"], "request_ids": {nobody, "x"}}).want(t, noOne)
	})
}
