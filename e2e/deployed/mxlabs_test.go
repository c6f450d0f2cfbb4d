package deployed_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// session makes a call of MX Labs' SDK for an account in that state, and reads what is answered.
func (v verify2) session(t *testing.T, state string, pairs ...string) map[string]any {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, v.BaseURL+"/mxlabs/number-verify", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	key, secret := v.world.account(t, state)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-API-Key", key+":"+secret)
	_, text := carried(t, http.DefaultClient, r)
	var answer map[string]any
	if err := json.Unmarshal(text, &answer); err != nil {
		t.Fatalf("answered %s, %v\n%s", text, err, tail(v.Output()))
	}
	return answer
}

// wantSession wants a call to be answered with that status.
func (v verify2) wantSession(t *testing.T, want, state string, pairs ...string) {
	t.Helper()
	if a := v.session(t, state, pairs...); a["status"] != want {
		t.Errorf("%v is answered %v, want %s", pairs, a, want)
	}
}

var sixDigits = regexp.MustCompile(`[0-9]{6}`)

// A session is verified by the line of its device, or by its code, or by the SMS that is wished
// for, with the rights that its function has.
func TestSessionBySession(t *testing.T) {
	t.Parallel()
	w := ownWorld(t)
	v, canaries := w.verify2(t), []string{}
	begin := func(state string) (number, id, address string) {
		number = someNumber()
		canaries = append(canaries, number, number[1:])
		begun := v.session(t, state, "action", "start", "phone", number)
		id, _ = begun["session_id"].(string)
		address, _ = begun["auth_url"].(string)
		if id == "" || address == "" {
			t.Fatalf("start is answered %v\n%s", begun, tail(w.Output()))
		}
		v.wantSession(t, "pending", state, "action", "verify", "session_id", id)
		return number, id, address
	}
	number, id, address := begin("standard")
	if status, shown := v.device(t, number, address); status != http.StatusOK {
		t.Fatalf("the device is answered %d %v", status, shown)
	}
	v.wantSession(t, "verified", "standard", "action", "verify", "session_id", id)
	number, id, address = begin("strict")
	w.Recycle()
	_, shown := v.device(t, number, address)
	v.wantSession(t, "pending", "strict", "action", "verify", "session_id", id)
	v.wantSession(t, "verified", "strict", "action", "verify", "session_id", id, "code", shown["code"])
	number, id, address = begin("standard")
	_, _ = v.device(t, someNumber(), address)
	v.wantSession(t, "not_verified", "standard", "action", "verify", "session_id", id)
	if sent := w.Messages(number); len(sent) != 0 {
		t.Errorf("%d messages were sent", len(sent))
	}
	w.Recycle()
	v.wantSession(t, "sms_sent", "standard", "action", "sms_send", "session_id", id)
	v.eventually(t, "the message", func() bool { return len(v.Messages(number)) == 1 })
	code := sixDigits.FindString(v.Messages(number)[0].Text)
	v.wantSession(t, "verified", "standard", "action", "sms_verify", "session_id", id, "code", code)
	for _, canary := range append(canaries, code, shown["code"], "sandbox-strict") {
		if canary == "" || strings.Contains(w.Output(), canary) {
			t.Errorf("%q is in the log", canary)
		}
	}
}
