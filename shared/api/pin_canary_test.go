package api_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"lineproof/shared/phone"
)

// chance is what holds the digits of a PIN by chance: times, request_ids and executions.
var chance = regexp.MustCompile(
	`"time":"[^"]*"|"(due|ms)":[\d.]+|\b[0-9a-f]{32}\b|\b[0-9a-f]{8}-[0-9a-f]{40}\b`)

// secrets are what no log, no queue and no refusal may hold of a world: its PINs, its numbers and
// its accounts' secrets.
func (w *pinWorld) secrets() []string {
	secrets := []string{"s3cret-", "canary", signatureSecret, "447700900123", "7700 900123", demoNumber}
	for _, m := range w.inbox.Messages("", phone.Number{}) {
		secrets = append(secrets, m.PIN.Reveal(), m.To.Digits(), m.Text)
	}
	return secrets
}

// wantSilence asserts that neither log nor queue holds one of the secrets.
func (w *pinWorld) wantSilence(t *testing.T, name string, secrets []string) {
	t.Helper()
	leaks(t, name+", log", chance.ReplaceAllString(w.log.String(), ""), secrets)
	leaks(t, name+", queue", chance.ReplaceAllString(strings.Join(w.bodies, "\n"), ""), secrets)
}

// TestNothingSecretShowsInPIN goes through every case of the goldens.
func TestNothingSecretShowsInPIN(t *testing.T) {
	t.Parallel()
	for _, operation := range pinOperations() {
		for name, ask := range operation.asks {
			for _, format := range operation.formats {
				w := newPINWorld(t)
				a := w.do(ask(w, format))
				w.advance(time.Hour)
				name := operation.wire + " " + format + " " + name
				w.wantSilence(t, name, w.secrets())
				if a.status != http.StatusOK || strings.Contains(a.body, "error_text") {
					leaks(t, name+", answer", chance.ReplaceAllString(a.body, ""), slices.Concat(w.secrets(), inner))
				}
				if !strings.Contains(w.log.String(), `"msg":"request"`) {
					t.Errorf("%s: nothing is logged", name)
				}
			}
		}
	}
}

// TestNothingMarkedShowsInPIN puts a mark wherever a client can write freely. The one thing that
// comes back is a request_id.
func TestNothingMarkedShowsInPIN(t *testing.T) {
	t.Parallel()
	for _, path := range inputPaths {
		all := slices.Concat(good, payment, []string{"request_id", unknownID, "code", "1234", "cmd", "cancel", "network", "4477"})
		base := verifying(strings.TrimPrefix(path, "/verify/"), all...)
		calls := map[string]call{
			"path":       get("/verify/" + marker),
			"method":     {method: "CANARY", target: path},
			"name":       plain(path, base.body+"&"+marker+"=1"),
			"header":     base.with("X-Other", marker),
			"agent":      base.with("User-Agent", marker),
			"type":       base.with("Content-Type", marker),
			"body":       plain(path, marker),
			"JSON":       plain(path, `{"api_key":"`+marker+`","number":{"`+marker+`":[`),
			"Basic":      plain(path, "").with("Authorization", basic(marker, marker)),
			"scheme":     plain(path, "").with("Authorization", marker),
			"query":      get(path + "?" + marker + "=%zz" + marker),
			"no UTF-8":   plain(path, base.body+"&lg="+marker+"%ff"),
			"bad secret": verifying(strings.TrimPrefix(path, "/verify/"), "api_secret", marker),
		}
		for _, name := range inputNames {
			calls[name] = verifying(strings.TrimPrefix(path, "/verify/"), slices.Concat(all, []string{name, marker})...)
		}
		for name, c := range calls {
			w := newPINWorld(t)
			a := w.do(c)
			w.advance(time.Minute)
			w.wantSilence(t, path+" "+name, []string{marker})
			if name != "request_id" {
				leaks(t, path+" "+name+", answer", a.body, slices.Concat([]string{marker}, inner))
			}
		}
	}
}

// TestNothingSecretShowsInWholeLives leads verifications of every kind of number to every end, in
// one log.
func TestNothingSecretShowsInWholeLives(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	codes := []string{}
	try := func(id, code string) { codes = append(codes, code); w.check(id, code) }
	for _, number := range []string{
		"447700900123", "+990123450001", "+990123451101", "+990123451201", "+990123451301", "+990123451401", "+990123451501", "+990123452501",
	} {
		id := w.begun("number", number, "code_length", "6", "brand", "Canary Inc", "workflow_id", "2")
		for range 2 {
			w.do(verifying("control/json", "request_id", id, "cmd", "trigger_next_event"))
			w.advance(time.Minute)
		}
		if len(w.inbox.Messages(id, phone.Number{})) > 0 {
			try(id, w.wrongPIN(id))
			try(id, w.sentPIN(id))
		}
		try(id, "987654")
		w.do(verifying("control/json", "request_id", id, "cmd", "cancel"))
		w.do(verifying("search/xml", "request_id", id))
		w.advance(time.Hour)
	}
	for i := range 300 { // so few succeed that the network is blocked, which is logged
		w.begun("number", fmt.Sprintf("4477009002%02d", i%100), "code_length", "6")
		w.advance(10 * time.Minute)
		if strings.Contains(w.log.String(), "network blocked") {
			break
		}
	}
	if !strings.Contains(w.log.String(), "network blocked") {
		t.Error("no network was blocked")
	}
	w.away.Store(true)
	w.do(verifying("json", good...))
	w.check(unknownID, "876543")
	w.advance(time.Minute)
	secrets := slices.Concat(w.secrets(), codes, []string{"876543", "Canary Inc"})
	if len(secrets) < 60 {
		t.Fatalf("only %d secrets went through", len(secrets))
	}
	w.wantSilence(t, "lives", secrets)
}
