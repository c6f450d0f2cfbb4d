package api_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"lineproof/shared/grant"
	"lineproof/shared/token"
	"lineproof/shared/upstream"
)

// heldSecrets are those of upstreams.
type heldSecrets map[string]upstream.Secret

func (s heldSecrets) Secret(_ context.Context, name string) (upstream.Secret, error) {
	return s[name], nil
}

// Do carries a call to the network behind a world.
func (w *world) Do(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.asked++
	w.mu.Unlock()
	answer := httptest.NewRecorder()
	r.RequestURI = r.URL.RequestURI()
	switch {
	case w.silentUpstream:
		httptrace.ContextClientTrace(r.Context()).WroteHeaders()
		return nil, io.ErrUnexpectedEOF
	case w.hostile != nil:
		w.hostile(answer, r)
	default:
		w.network.handler.ServeHTTP(answer, r)
	}
	return answer.Result(), nil
}

// behind puts a network behind a world: another world, which knows subscribers that the first one
// does not, as an upstream of that profile.
func (w *world) behind(profile string, change func(*upstream.Upstream)) *world {
	w.t.Helper()
	w.network = newWorld(w.t)
	u := upstream.Upstream{
		Name: "network", Profile: profile, ClientID: "front", Secret: "front",
		Terms: upstream.Terms{
			Authorization: "https://network.example/oauth2/authorize", Token: issuer + tokenPath,
			Verify: issuer + "/number-verification/v2/verify", AMR: grant.NetworkBased,
			Share: issuer + "/number-verification/v2/device-phone-number",
		},
		Eligible: upstream.Eligible{Default: true},
	}
	if change != nil {
		change(&u)
	}
	if err := w.upstreams.Put(context.Background(), u); err != nil {
		w.t.Fatal(err)
	}
	w.secrets["front"] = frontSecret()
	w.network.registerFront(u)
	return w.network
}

// frontSecret is what a world authenticates with at the network behind it.
func frontSecret() upstream.Secret {
	return upstream.Secret{Text: secret, Keys: token.Ring{keys()["client"], keys()["client-rsa"]}}
}

// registerFront registers the world for which this one is that upstream.
func (w *world) registerFront(u upstream.Upstream) {
	peer, _ := u.Peer()
	w.put(grant.Client{
		ID: "front", Method: peer.Method, RedirectURIs: []string{issuer + "/oauth2/callback/network"},
		JWKS: token.Ring{keys()["client"]}.JWKS(), SecretHash: grant.HashSecret(w.peppers, "front", secret),
		Scopes: []string{"openid", purpose, scopeVerify, scopeShare}, Types: []grant.Type{grant.AuthorizationCode, grant.CIBA, grant.JWTBearer},
		Policy: grant.StandardPolicy,
	})
}

// travel has the subscriber's phone go where it is sent, from world to world, until it is back at
// the client.
func (w *world) travel(location string) url.Values {
	w.t.Helper()
	for range 10 {
		u, err := url.Parse(location)
		if err != nil {
			w.t.Fatal(err)
		}
		if strings.HasPrefix(location, callback) {
			return u.Query()
		}
		at := w
		if u.Host == "network.example" {
			at = w.network
		}
		r := httptest.NewRequest(http.MethodGet, u.RequestURI(), nil)
		r.RemoteAddr = "192.0.2.1:40000"
		a := at.do(r)
		if a.status != http.StatusFound {
			w.t.Fatalf("%s is answered %d %s", location, a.status, a.body)
		}
		location = a.header.Get("Location")
	}
	w.t.Fatal("too many hops")
	return nil
}

// away has a client authorize a subscriber whom only the network behind knows.
func (w *world) away(client string) url.Values {
	return w.travel(authorizePath + "?" + authorization(client).Encode())
}

// A subscriber of an upstream is verified and shared as one of our own.
func TestLineproofBehindLineproof(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"camara", "telefonica", "konera"} {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.behind(profile, nil).attach("192.0.2.1")
			for claimed, want := range map[string]string{
				subscriber: `"devicePhoneNumberVerified":true`, stranger: `"devicePhoneNumberVerified":false`,
			} {
				back := w.away("camara")
				if back.Get("code") == "" || back.Get("state") != "a state" || back.Get("iss") != issuer {
					t.Fatalf("back comes %v", back)
				}
				token := w.do(w.as("camara", tokenPath, codeForm(back.Get("code")))).member("access_token")
				w.asked = 0
				if a := w.verify(token, claimed); a.status != http.StatusOK || !strings.Contains(a.body, want) {
					t.Errorf("%s is answered %d %s", claimed, a.status, a.body)
				}
				if a := w.verify(token, claimed); a.status != http.StatusUnauthorized || w.asked != 1 {
					t.Errorf("the second time it is %d %s after %d calls", a.status, a.body, w.asked)
				}
			}
		})
	}
}

// Who is not the upstream's either comes back without a code.
func TestUpstreamKnowsNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.behind("camara", nil)
	back := w.away("camara")
	if back.Get("error") != "access_denied" || back.Get("code") != "" || back.Get("state") != "a state" {
		t.Errorf("back comes %v", back)
	}
	if w.asked != 0 {
		t.Errorf("%d calls were made", w.asked)
	}
}

// A hostile upstream gets no second call for a grant, and nothing that it does comes to a number
// that is not the line's.
func TestHostileUpstreams(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answers http.HandlerFunc
		status  int
		code    string
	}{
		"match":            {says(200, `{"devicePhoneNumberVerified":true}`), 200, ""},
		"mismatch":         {says(200, `{"devicePhoneNumberVerified":false}`), 200, ""},
		"HTML":             {says(200, `<html>`), 500, "INTERNAL"},
		"a wrong type":     {says(200, `{"devicePhoneNumberVerified":"false"}`), 500, "INTERNAL"},
		"64 KB":            {says(200, strings.Repeat("x", 65<<10)), 500, "INTERNAL"},
		"500":              {says(500, `{"code":"INTERNAL"}`), 504, "TIMEOUT"},
		"another network":  {says(403, `{"code":"NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK"}`), 403, "NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK"},
		"no consent":       {says(403, `{"code":"CONSENT_REQUIRED","message":"canary"}`), 403, "NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK"},
		"our credentials":  {says(401, `{"code":"UNAUTHENTICATED"}`), 503, "UNAVAILABLE"},
		"too often":        {says(429, `{}`), 429, "TOO_MANY_REQUESTS"},
		"the answer lost":  {nil, 504, "TIMEOUT"},
		"a canary in text": {says(400, `{"code":"X","message":"canary"}`), 503, "UNAVAILABLE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.behind("telefonica", nil).attach("192.0.2.1")
			token := w.do(w.as("camara", tokenPath, codeForm(w.away("camara").Get("code")))).member("access_token")
			w.asked, w.hostile, w.silentUpstream = 0, test.answers, test.answers == nil
			a := w.verify(token, subscriber)
			if a.status != test.status || test.code != "" && a.member("code") != test.code {
				t.Errorf("%d %s, want %d %s", a.status, a.body, test.status, test.code)
			}
			if test.status == 200 != strings.Contains(a.body, "devicePhoneNumberVerified") || strings.Contains(a.body, "canary") {
				t.Errorf("tells %s", a.body)
			}
			if again := w.verify(token, subscriber); again.status != http.StatusUnauthorized || w.asked != 1 {
				t.Errorf("again it is %d after %d calls", again.status, w.asked)
			}
			if strings.Contains(w.log.String(), "canary") || strings.Contains(w.log.String(), subscriber[1:]) {
				t.Error("the log tells of it")
			}
		})
	}
}

// A leg is over when its subscriber is back: no state is good twice, for another's callback, or too
// late, and many callbacks at once come to one code.
func TestCallbackOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.behind("camara", nil).attach("192.0.2.1")
	begin := func() string {
		r := httptest.NewRequest(http.MethodGet, authorizePath+"?"+authorization("camara").Encode(), nil)
		r.RemoteAddr = "192.0.2.1:40000"
		to, err := url.Parse(w.do(r).header.Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		return to.Query().Get("state")
	}
	call := func(name, query string) answer {
		return w.do(httptest.NewRequest(http.MethodGet, "/oauth2/callback/"+name+"?"+query, nil))
	}
	for name, query := range map[string]string{
		"no state": "code=x", "another state": "code=x&state=" + strings.Repeat("A", 64),
		"two states": "code=x&state=" + begin() + "&state=" + begin(),
	} {
		if a := call("network", query); a.status != http.StatusBadRequest || a.header.Get("Location") != "" {
			t.Errorf("%s: %d %s", name, a.status, a.header.Get("Location"))
		}
	}
	if a := call("other", "code=x&state="+begin()); a.status != http.StatusBadRequest {
		t.Errorf("another's callback: %d", a.status)
	}
	late := begin()
	w.advance(121 * time.Second)
	if a := call("network", "code=x&state="+late); a.status != http.StatusBadRequest {
		t.Errorf("too late: %d", a.status)
	}
	state, codes := begin(), make(chan int, 50)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { codes <- call("network", "error=access_denied&state="+state).status })
	}
	all.Wait()
	close(codes)
	counted := map[int]int{}
	for status := range codes {
		counted[status]++
	}
	if counted[http.StatusFound] != 1 || counted[http.StatusBadRequest] != 49 {
		t.Errorf("50 at once are answered %v", counted)
	}
	if w.asked != 0 {
		t.Errorf("%d calls were made", w.asked)
	}
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// A token of an upstream's subscriber is good once and cannot be refreshed, also where the client's
// are otherwise good for more: nobody is asked twice.
func TestTokensOfUpstreamsAreGoodOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.behind("camara", nil).attach("192.0.2.1")
	given := w.do(w.as("konera", tokenPath, codeForm(w.away("konera").Get("code"))))
	if given.member("access_token") == "" || given.member("refresh_token") != "" {
		t.Fatalf("given is %s", given.body)
	}
	w.asked = 0
	for _, want := range []int{http.StatusOK, http.StatusUnauthorized} {
		if a := w.konera(given.member("access_token")); a.status != want || w.asked != 1 {
			t.Errorf("%d %s after %d calls, want %d", a.status, a.body, w.asked, want)
		}
	}
}

// A call has a name of its own at the upstream, which the log tells beside the client's.
func TestCorrelatorsOfUpstreams(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.behind("camara", nil).attach("192.0.2.1")
	access := w.do(w.as("camara", tokenPath, codeForm(w.away("camara").Get("code")))).member("access_token")
	theirs := ""
	w.hostile = func(rw http.ResponseWriter, r *http.Request) {
		theirs = r.Header.Get("X-Correlator")
		says(200, `{"devicePhoneNumberVerified":true}`)(rw, r)
	}
	r := httptest.NewRequest(http.MethodPost, "/number-verification/v2/verify", strings.NewReader(`{"phoneNumber":"`+subscriber+`"}`))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+access)
	r.Header.Set("X-Correlator", "ours-7f3a")
	if a := w.do(r); a.status != http.StatusOK || a.header.Get("X-Correlator") != "ours-7f3a" {
		t.Errorf("%d %s %v", a.status, a.body, a.header)
	}
	if theirs == "" || theirs == "ours-7f3a" || !strings.Contains(w.log.String(), `"upstream_correlator":"`+theirs+`"`) {
		t.Errorf("there it is %q: %s", theirs, w.log.String())
	}
}
