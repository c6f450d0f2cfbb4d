package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"
)

// fallbackState is what GET /fallback and POST /fallback/check answer, as far as the tests read it.
type fallbackState struct {
	Execution, Number, State string
	RequestID                string `json:"request_id"`
	Silent                   struct{ Outcome, Reason string }
	Result                   struct {
		Verified       bool
		Method, Reason string
	}
}

// askFallback makes a call of the fallback's operations as an account.
func (on target) askFallback(t *testing.T, as apiAccount, method, path, key, body string) (answer, fallbackState) {
	t.Helper()
	header := basic(as.Key, as.Secret).header.Clone()
	header.Set("Content-Type", typeJSON)
	if key != "" {
		header.Set("Idempotency-Key", key)
	}
	a := on.do(t, call{Method: method, Path: path, Header: header, Body: body})
	var state fallbackState
	if err := json.Unmarshal(a.Body, &state); err != nil {
		t.Fatalf("%s %s is answered %d %s", method, path, a.Status, a.Body)
	}
	return a, state
}

// startFallback starts a fallback and waits until its PIN is on its way.
func (on target) startFallback(t *testing.T, as apiAccount, key, body string) fallbackState {
	t.Helper()
	a, state := on.askFallback(t, as, http.MethodPost, "/fallback", key, body)
	if a.Status != http.StatusOK {
		t.Fatalf("the fallback is answered %d %s", a.Status, a.Body)
	}
	path := "/fallback?execution=" + url.QueryEscape(state.Execution)
	for end := time.Now().Add(patience); state.RequestID == ""; time.Sleep(20 * time.Millisecond) {
		if a, state = on.askFallback(t, as, http.MethodGet, path, "", ""); time.Now().After(end) {
			t.Fatalf("the fallback stands at %d %s", a.Status, a.Body)
		}
	}
	return state
}

// plainFallback asks for a fallback that has nothing to verify silently by.
func plainFallback(number string) string { return `{"number":"` + number + `","brand":"Acme"}` }

// TestResetForgetsFallbacks starts a fallback under a key that was used before the reset.
func TestResetForgetsFallbacks(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		as := on.account(t, "unlimited")
		on.startFallback(t, as, "order-1", plainFallback(freshMobile()))
		on.reset(t)
		on.startFallback(t, as, "order-1", plainFallback(freshMobile()))
	})
}

// TestFallbackByCode falls back from a proof that proves nothing to a PIN, and is done with the
// right code.
func TestFallbackByCode(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		as, number := on.account(t, "unlimited"), freshMobile()
		body := `{"number":"` + number + `","brand":"Acme","silent":{"code":"x","redirect_uri":"https://client.example/callback","client_id":"nobody","client_secret":"y"}}`
		state := on.startFallback(t, as, "", body)
		if state.Number != "+"+number || state.Silent.Outcome != "unknown" || state.Silent.Reason != "invalid_client" {
			t.Errorf("it stands %+v", state)
		}
		code := on.pin(t, state.RequestID)
		check := func(code string) (answer, fallbackState) {
			return on.askFallback(t, as, http.MethodPost, "/fallback/check", "", `{"execution":"`+state.Execution+`","code":"`+code+`"}`)
		}
		if a, _ := check(notPIN(code)); a.Status != http.StatusBadRequest {
			t.Errorf("a wrong code is answered %d %s", a.Status, a.Body)
		}
		if a, done := check(code); a.Status != http.StatusOK || done.State != "done" || !done.Result.Verified || done.Result.Method != "sms" {
			t.Errorf("the right code is answered %d %s", a.Status, a.Body)
		}
		_, now := on.askFallback(t, as, http.MethodGet, "/fallback?execution="+state.Execution, "", "")
		if now.State != "done" || !now.Result.Verified || now.Silent.Reason != "invalid_client" {
			t.Errorf("after it, it stands %+v", now)
		}
	})
}

// TestFallbackDoneByVerifyAPI checks the code under the request_id, and asks for the state right
// after.
func TestFallbackDoneByVerifyAPI(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		as := on.account(t, "unlimited")
		state := on.startFallback(t, as, "", plainFallback(freshMobile()))
		if got := on.check(t, as, state.RequestID, on.pin(t, state.RequestID)); got.values["status"] != "0" {
			t.Errorf("the right code is answered %+v", got)
		}
		_, now := on.askFallback(t, as, http.MethodGet, "/fallback?execution="+state.Execution, "", "")
		if now.State != "done" || !now.Result.Verified {
			t.Errorf("right after the right code it stands %+v", now)
		}
	})
}
