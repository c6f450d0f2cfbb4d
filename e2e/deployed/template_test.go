package deployed_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// The deployed bundle keeps a template by the rights that it has, and an SMS says what that does.
func TestTemplates(t *testing.T) {
	t.Parallel()
	w, number := ownWorld(t), someNumber()
	key, secret := w.account(t, "unlimited")
	ask := func(want int, method, path, body string) (answer map[string]any) {
		t.Helper()
		status, text, _ := w.call(t, method, path, key, secret, "application/json", body, nil)
		if status != want {
			t.Fatalf("%s %s is answered %d %s; the functions wrote:\n%s", method, path, status, text, tail(w.Output()))
		}
		_ = json.Unmarshal(text, &answer) // a 204 has none
		return answer
	}
	const all = "/v2/verify/templates"
	at := fmt.Sprint(all, "/", ask(201, http.MethodPost, all, `{"name":"canary-template"}`)["template_id"])
	fragments := at + "/template_fragments"
	fragment := fmt.Sprint(fragments, "/",
		ask(201, http.MethodPost, fragments, `{"channel":"sms","locale":"en-gb","text":"canary-words ${code}"}`)["template_fragment_id"])
	ask(409, http.MethodPost, all, `{"name":"canary-template"}`)
	ask(200, http.MethodPatch, fragment, `{"text":"canary-words: ${code} of ${brand}"}`)
	ask(200, http.MethodPatch, at, `{"is_default":true}`)
	for _, path := range []string{all, at, fragments, fragment} {
		ask(200, http.MethodGet, path, "")
	}
	ask(202, http.MethodPost, "/v2/verify",
		`{"brand":"Acme","locale":"en-gb","workflow":[{"channel":"sms","to":"`+strings.TrimPrefix(number, "+")+`"}]}`)
	w.eventually(t, "the SMS", func() bool { return len(w.Messages(number)) > 0 })
	if text := w.Messages(number)[0].Text; !strings.HasPrefix(text, "canary-words: ") || !strings.HasSuffix(text, " of Acme") {
		t.Errorf("the SMS says %q", text)
	}
	ask(204, http.MethodDelete, fragment, "")
	ask(204, http.MethodDelete, at, "")
	ask(404, http.MethodGet, at, "")
	if written := w.Output(); strings.Contains(written, "canary-words") || strings.Contains(written, "canary-template") {
		t.Errorf("the functions wrote:\n%s", written)
	}
}
