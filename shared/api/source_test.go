package api_test

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// sourceOf sends a form from an address and returns what the log tells of where it came from.
func (w *pinWorld) sourceOf(path, address string, form url.Values) string {
	w.t.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.RemoteAddr = address
	before := w.log.String()
	w.handler.ServeHTTP(httptest.NewRecorder(), r)
	text := strings.TrimPrefix(w.log.String(), before)
	var line struct{ Failure struct{ Kind, Source string } }
	if err := json.Unmarshal([]byte(text), &line); err != nil {
		w.t.Fatalf("logged %s: %v", text, err)
	}
	if strings.Contains(text, "192.0.2.") || strings.Contains(text, "2001:db8") {
		w.t.Errorf("an address is logged: %s", text)
	}
	return line.Failure.Source
}

// Refused credentials are told with a name for where they came from, by which guesses of one
// address, or of one network of IPv6, can be counted and nobody be found.
func TestRefusedCredentialsHaveASource(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	wrong := merged(credentials(standardKey), "api_secret", "guess")
	source := w.sourceOf("/verify/json", "192.0.2.1:40000", wrong)
	if !regexp.MustCompile(`^[A-Z2-7]{8}$`).MatchString(source) {
		t.Errorf("the source is %q", source)
	}
	for address, same := range map[string]bool{
		"192.0.2.1:50000": true, "192.0.2.1": true, "[::ffff:192.0.2.1]:1": true,
		"192.0.2.2:40000": false, "[2001:db8::1]:1": false,
	} {
		for _, path := range []string{"check/json", "search/json", "network-unblock"} {
			if got := w.sourceOf("/verify/"+path, address, wrong); (got == source) != same || got == "" {
				t.Errorf("%s from %s: %q beside %q", path, address, got, source)
			}
		}
	}
	site := w.sourceOf("/verify/json", "[2001:db8::1]:1", wrong)
	if got := w.sourceOf("/verify/json", "[2001:db8::ffff:2]:9", wrong); got != site {
		t.Errorf("one network has the sources %q and %q", site, got)
	}
	if got := w.sourceOf("/verify/json", "", wrong); got != "" {
		t.Errorf("no address has the source %q", got)
	}
	for name, form := range map[string]url.Values{
		"success": merged(credentials(standardKey), good...), "a mistake": credentials(standardKey),
	} {
		if got := w.sourceOf("/verify/json", "192.0.2.1:40000", form); got != "" {
			t.Errorf("%s is told with the source %q", name, got)
		}
	}
}
