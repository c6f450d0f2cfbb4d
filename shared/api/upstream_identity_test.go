package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"lineproof/shared/token"
	"lineproof/shared/upstream"
)

// idp is what is asked of an upstream that issues id_tokens of a test's choice.
type idp struct {
	w *world
	// id makes the id_token that comes with a token; "" for none.
	id func(nonce string) string
	// keys are those that it publishes.
	keys  token.Ring
	calls []string
	until []time.Time
}

// issuing has an upstream that names its issuer answer as the idp does.
func (w *world) issuing(record func(*upstream.Upstream)) *idp {
	w.t.Helper()
	w.behind("camara", func(u *upstream.Upstream) {
		u.Issuer = issuer
		if record != nil {
			record(u)
		}
	})
	i := &idp{w: w, keys: token.Ring{keys()["operator"]}}
	w.hostile = i.answer
	return i
}

func (i *idp) answer(rw http.ResponseWriter, r *http.Request) {
	i.calls = append(i.calls, r.URL.Path)
	ends, _ := r.Context().Deadline()
	i.until = append(i.until, ends)
	switch r.URL.Path {
	case tokenPath:
		answer := map[string]any{"access_token": "theirs", "token_type": "Bearer"}
		_ = r.ParseForm()
		if id := i.id(r.Form.Get("code")); id != "" { // the code is the leg's nonce here
			answer["id_token"] = id
		}
		_ = json.NewEncoder(rw).Encode(answer)
	case "/.well-known/openid-configuration":
		_, _ = fmt.Fprintf(rw, `{"issuer":%q,"jwks_uri":%q}`, issuer, issuer+"/oauth2/jwks")
	case "/oauth2/jwks":
		_, _ = rw.Write(i.keys.JWKS())
	default:
		rw.WriteHeader(http.StatusNotFound)
	}
}

// signed makes an id_token.
func (i *idp) signed(key, iss, nonce string) string {
	raw, err := token.Issuer{Ring: token.Ring{keys()[key]}, Name: iss}.ID(token.IDClaims{
		Client: "front", Subject: "somebody", Nonce: nonce, Issued: i.w.Now(), Expires: i.w.Now().Add(time.Minute),
	}, keys()[key].Alg)
	if err != nil {
		i.w.t.Fatal(err)
	}
	return raw
}

// back has a subscriber go to the upstream and come back at once, and returns how the client hears
// of it.
func (i *idp) back() url.Values {
	i.w.t.Helper()
	r := httptest.NewRequest(http.MethodGet, authorizePath+"?"+authorization("camara").Encode(), nil)
	to, err := url.Parse(i.w.do(r).header.Get("Location"))
	if err != nil {
		i.w.t.Fatal(err)
	}
	sent := to.Query()
	query := url.Values{"code": {sent.Get("nonce")}, "state": {sent.Get("state")}}
	a := i.w.do(httptest.NewRequest(http.MethodGet, "/oauth2/callback/network?"+query.Encode(), nil))
	on, err := url.Parse(a.header.Get("Location"))
	if err != nil || a.status != http.StatusFound {
		i.w.t.Fatalf("the callback is answered %d, %v", a.status, err)
	}
	return on.Query()
}

// An id_token that is not the upstream's own, for us and for that leg, leaves the client without a
// code, after one exchange.
func TestForeignIDTokens(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		id   func(i *idp, nonce string) string
		good bool
	}{
		"good":          {func(i *idp, nonce string) string { return i.signed("operator", issuer, nonce) }, true},
		"none":          {func(*idp, string) string { return "" }, true},
		"wrong nonce":   {func(i *idp, _ string) string { return i.signed("operator", issuer, "another") }, false},
		"no nonce":      {func(i *idp, _ string) string { return i.signed("operator", issuer, "") }, false},
		"a foreign iss": {func(i *idp, nonce string) string { return i.signed("operator", "https://canary.example", nonce) }, false},
		"another's key": {func(i *idp, nonce string) string { return i.signed("stranger", issuer, nonce) }, false},
		"no token":      {func(*idp, string) string { return "canary" }, false},
	} {
		for _, record := range []func(*upstream.Upstream){nil, func(u *upstream.Upstream) { u.Issuer = "" }} {
			w := newWorld(t)
			i := w.issuing(record)
			i.id = func(nonce string) string { return test.id(i, nonce) }
			back := i.back()
			good := test.good
			if record != nil && (name == "a foreign iss" || name == "another's key") {
				good = true // nobody told whom to expect, and TLS stands in for the key
			}
			if (back.Get("code") != "") != good || back.Get("state") != "a state" || !good && back.Get("error") != "server_error" {
				t.Errorf("%s: back comes %v", name, back)
			}
			exchanges := len(slices.DeleteFunc(slices.Clone(i.calls), func(path string) bool { return path != tokenPath }))
			if exchanges != 1 || len(i.calls) > 3 {
				t.Errorf("%s: %v were called", name, i.calls)
			}
			for _, until := range i.until { // of all calls that the device waits for
				if !until.Equal(i.until[0]) {
					t.Errorf("%s: calls may take until %v", name, i.until)
				}
			}
			if strings.Contains(w.log.String(), "canary") {
				t.Errorf("%s: the log tells", name)
			}
		}
	}
}

// Keys are fetched once and again when they have been rotated, at most once a minute.
func TestRotatedKeysOfAnUpstream(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.issuing(nil)
	by := "operator"
	i.id = func(nonce string) string { return i.signed(by, issuer, nonce) }
	for step, test := range []struct {
		change func()
		code   bool
		calls  int
	}{
		{func() {}, true, 3},
		{func() {}, true, 1},
		{func() { by, i.keys = "client", token.Ring{keys()["client"]} }, false, 1},
		{func() { w.advance(time.Minute) }, true, 2},
		{func() {}, true, 1},
		{func() { by = "operator"; w.advance(time.Minute) }, false, 2},
		{func() {}, false, 1},
	} {
		test.change()
		i.calls = nil
		if back := i.back(); (back.Get("code") != "") != test.code || len(i.calls) != test.calls {
			t.Errorf("step %d: back comes %v after %v", step, back, i.calls)
		}
	}
}

// A secret that has expired is ours to mend: one call, and no word of it to the client.
func TestExpiredSecretOfOurs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.behind("telefonica", nil).attach("192.0.2.1")
	w.secrets["front"] = upstream.Secret{Text: "expired"}
	back := w.away("camara")
	if back.Get("error") != "temporarily_unavailable" || back.Get("code") != "" || w.asked != 1 {
		t.Errorf("back comes %v after %d calls", back, w.asked)
	}
}

// A Lineproof behind Lineproof signs its id_tokens, which are checked by what it publishes.
func TestIDTokensOfLineproof(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.behind("camara", func(u *upstream.Upstream) { u.Issuer = issuer }).attach("192.0.2.1")
	if back := w.away("camara"); back.Get("code") == "" || w.asked != 3 {
		t.Errorf("back comes %v after %d calls", back, w.asked)
	}
}
