package server

import (
	"net/http"
	"strings"
	"testing"
)

// What PUT /local/upstreams/{name} is given inline stands in no answer, in no log and not in the
// record.
func TestNothingSecretShowsInLocalUpstreams(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	const record = `"client_id":"ours","authorization_endpoint":"https://a.example/authorize",
		"token_endpoint":"https://a.example/token","verify_url":"https://a.example/verify"`
	var told strings.Builder
	done := 0
	for _, put := range []struct{ path, body string }{
		{"good", `{"profile":"telefonica","client_secret":"canary-secret",` + record + `}`},
		{"key", `{"profile":"camara","private_jwk":{"kty":"EC","crv":"P-256","d":"canary-d","x":"canary-x","y":"canary-y"},` + record + `}`},
		{"text", `{"profile":"camara","private_jwk":"canary-d",` + record + `}`},
		{"both", `{"profile":"telefonica","client_secret":"canary-secret","api_key":"canary-key",` + record + `}`},
		{"misfit", `{"profile":"camara","client_secret":"canary-secret",` + record + `}`},
		{"unread", `{"profile":"telefonica","client_secret":{"canary-secret":1},` + record + `}`},
		{"unknown", `{"profile":"telefonica","client_secrets":"canary-secret",` + record + `}`},
		{"nobody", `{"profile":"canary-profile","client_secret":"canary-secret",` + record + `}`},
		{"broken", `{"client_secret":"canary-secret`},
		{"Canary-name", `{"profile":"telefonica","client_secret":"canary-secret",` + record + `}`},
	} {
		status, answer := w.ask(http.MethodPut, "/local/upstreams/"+put.path, put.body)
		if status == http.StatusOK && strings.Contains(answer, `"result"`) {
			done++
		}
		told.WriteString(answer)
	}
	for _, command := range []string{"show-upstream", "test-upstream"} { // of one that nobody answers for
		_, answer := w.ask(http.MethodPost, "/local/admin", `{"command":"`+command+`","name":"good"}`)
		told.WriteString(answer)
	}
	w.ask(http.MethodDelete, "/local/upstreams/good", "{}")
	if done == 0 || !strings.Contains(w.log.String(), "put-upstream") {
		t.Fatalf("%d were put; logged is %s", done, w.log)
	}
	for where, text := range map[string]string{"answers": told.String(), "log": w.log.String()} {
		if strings.Contains(strings.ToLower(text), "canary") {
			t.Errorf("the %s: %s", where, text)
		}
	}
}
