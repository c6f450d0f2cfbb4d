package api_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"lineproof/shared/grant"
)

// lastLine returns the last line of a log that is one of a request.
func lastLine(t *testing.T, log string) map[string]any {
	t.Helper()
	var last map[string]any
	for text := range strings.Lines(log) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		if line["msg"] == "request" {
			last = line
		}
	}
	return last
}

func wantFacts(t *testing.T, name string, line map[string]any, facts ...any) {
	t.Helper()
	for i := 0; i < len(facts); i += 2 {
		if key := facts[i].(string); line[key] != facts[i+1] {
			t.Errorf("%s: %s is %v, want %v, in %v", name, key, line[key], facts[i+1], line)
		}
	}
}

// A line tells whose a request was and what came of it where the status does not.
func TestLogOfOAuth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	facts := func(name string, want ...any) {
		t.Helper()
		wantFacts(t, name, lastLine(t, w.log.String()), want...)
	}
	w.attach("198.51.100.1")
	code := w.code(authorization("basic"))
	facts("a code", "path", authorizePath, "status", 302.0, "client", "basic", "outcome", "code")
	w.called(get(authorizePath+"?"+merged(authorization("basic"), "prompt", "login").Encode()), "")
	facts("a refusal", "status", 302.0, "client", "basic", "outcome", "login_required")
	unknown := merged(authorization("basic"), "client_id", "4915112345678")
	w.called(get(authorizePath+"?"+unknown.Encode()), "")
	facts("nobody", "status", 400.0, "client", nil)

	tokens := w.do(w.as("basic", tokenPath, codeForm(code)))
	facts("tokens", "path", tokenPath, "status", 200.0, "client", "basic")
	wrong := w.as("basic", tokenPath, codeForm(code))
	wrong.SetBasicAuth("basic", "wrong")
	w.do(wrong)
	facts("a wrong secret", "status", 401.0, "client", "basic", "outcome", "invalid_client")
	w.verify(tokens.member("access_token"), stranger)
	facts("another line", "status", 200.0, "client", "basic", "outcome", "false")
	w.verify(tokens.member("access_token"), stranger)
	facts("a used token", "status", 401.0, "client", "basic", "outcome", "UNAUTHENTICATED")
	tokens = w.exchange("basic")
	w.verify(tokens.member("access_token"), subscriber)
	facts("the line", "status", 200.0, "client", "basic", "outcome", "true")
	w.verify(w.accessToken(scopeShare), subscriber)
	facts("another scope", "status", 403.0, "client", "camara")
	w.change("camara", func(c *grant.Client) { c.Disabled = true })
	w.verify(w.accessToken(scopeVerify), subscriber)
	facts("a disabled client", "status", 401.0, "client", "camara")
	w.verify(w.accessToken(scopeVerify)+"x", subscriber)
	facts("a forged token", "status", 401.0, "client", nil)
}

func TestLogOfTheVerifyAPI(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	facts := func(name string, want ...any) {
		t.Helper()
		wantFacts(t, name, lastLine(t, w.log.String()), want...)
	}
	account := standardKey.String()
	id := w.begun()
	facts("a request", "path", "/verify/json", "account", account, "request_id", id, "outcome", "0")
	w.do(verifying("json", append(good, "api_secret", "wrong")...))
	facts("a wrong secret", "account", nil, "outcome", "4")
	w.advance(time.Second)
	w.check(id, w.wrongPIN(id))
	facts("a wrong code", "account", account, "request_id", id, "outcome", "16")
	w.check("44770090012300000000000000000000", "1234")
	facts("another's request", "account", account, "request_id", nil, "outcome", "6")
	w.do(verifying("search/xml", "request_id", id))
	facts("a search", "request_id", id, "outcome", "IN PROGRESS")
	w.do(verifying("control/json", "request_id", id, "cmd", "trigger_next_event"))
	facts("a command", "request_id", id, "outcome", "0")
	w.check(id, w.sentPIN(id))
	facts("the code", "account", account, "request_id", id, "outcome", "0")
}

func TestLogOfFallbacks(t *testing.T) {
	t.Parallel()
	f := newFallbacks(t)
	account := standardKey.String()
	facts := func(name string, want ...any) {
		t.Helper()
		wantFacts(t, name, lastLine(t, f.log.String()), want...)
	}
	execution, code := f.fellBack("key", plainFallback)
	facts("a start", "account", account, "execution", execution, "outcome", "silent")
	kept, _ := f.store.Fallback(t.Context(), execution)
	line := `"PIN verification","execution":"` + execution + `","outcome":"begun","request_id":"` +
		kept.RequestID + `"`
	if !strings.Contains(f.log.String(), line) {
		t.Errorf("no line has %s: %s", line, f.log.String())
	}
	f.state(execution)
	facts("a state", "method", "GET", "path", "/fallback", "execution", execution, "outcome", "pin")
	f.checkCode(execution, other(code))
	facts("a wrong code", "execution", execution, "outcome", "Invalid Code")
	f.checkCode(execution, code)
	facts("the code", "execution", execution, "outcome", "done")
}
