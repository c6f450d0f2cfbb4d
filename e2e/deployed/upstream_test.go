package deployed_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"lineproof/shared/token"
	"lineproof/shared/upstream"
)

// command has the admin function carry out a command that it must not fail.
func (w *world) command(t *testing.T, command string) json.RawMessage {
	t.Helper()
	answer, err := w.Invoke(t.Context(), "admin", []byte(command))
	var told struct{ Result, Error json.RawMessage }
	if err != nil || answer.Failed || json.Unmarshal(answer.Payload, &told) != nil || told.Result == nil {
		t.Fatalf("%s: %s, %v; the functions wrote:\n%s", command, answer.Payload, err, tail(w.Output()))
	}
	return told.Result
}

// What administrators put for upstreams at once stands in one secret, none lost, and the keys made
// are published within the minute that functions keep records.
func TestKeysOfUpstreams(t *testing.T) {
	t.Parallel()
	w := ownWorld(t)
	names := []string{"one", "two", "three"}
	var all sync.WaitGroup
	for _, name := range names {
		w.command(t, `{"command":"put-upstream","name":"`+name+`","profile":"camara","client_id":"ours","authorization_endpoint":"https://a.example/authorize",
			"token_endpoint":"https://a.example/token","verify_url":"https://a.example/verify"}`)
	}
	made := make([]string, len(names))
	for i, name := range names {
		all.Go(func() {
			var shown struct{ JWK struct{ Kid string } }
			if err := json.Unmarshal(w.command(t, `{"command":"set-upstream-secret","name":"`+name+`"}`), &shown); err != nil {
				t.Error(err)
			}
			made[i] = shown.JWK.Kid
		})
	}
	all.Wait()
	held, err := upstream.ParseSecrets(w.current(t, "UpstreamsSecret"))
	if err != nil || len(held) != len(names) {
		t.Fatalf("%d secrets are held, %v", len(held), err)
	}
	next := w.command(t, `{"command":"rotate-upstream-key","name":"one"}`)
	_, body, _ := w.call(t, http.MethodGet, "/oauth2/jwks", "", "", "", "", nil)
	published, err := token.ParseJWKS(body)
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		if !held[name].Keys.Has(made[i]) || !published.Has(made[i]) {
			t.Errorf("%s's key %s is not among what is held and published", name, made[i])
		}
	}
	if len(published) != 6 || strings.Contains(string(body)+string(next), `"d"`) {
		t.Errorf("published is %s, the next is %s", body, next)
	}
	tested := w.command(t, `{"command":"test-upstream","name":"one"}`)
	if !strings.Contains(string(tested), `"ready":false`) || !strings.Contains(string(tested), "nobody answers") {
		t.Errorf("tried it is %s", tested)
	}
}
