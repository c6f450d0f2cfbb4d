package api_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lineproof/shared/grant"
	"lineproof/shared/token"
	"lineproof/shared/upstream"
)

// heldSecrets are those of upstreams.
type heldSecrets map[string]upstream.Secret

func (s heldSecrets) Secret(_ context.Context, name string) (upstream.Secret, error) {
	return s[name], nil
}

// sealing is the key that seals what opens upstreams' answers.
func sealing() upstream.Key {
	k, err := upstream.NewKey(1, bytes.Repeat([]byte{1}, 32))
	if err != nil {
		panic(err)
	}
	return k
}

// Do carries a call to the network behind a world.
func (w *world) Do(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.asked++
	w.mu.Unlock()
	answer := httptest.NewRecorder()
	r.RequestURI = r.URL.RequestURI()
	w.network.handler.ServeHTTP(answer, r)
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
	w.secrets["front"] = upstream.Secret{Text: secret, Keys: token.Ring{keys()["client"]}}
	peer, _ := u.Peer()
	w.network.put(grant.Client{
		ID: "front", Method: peer.Method, RedirectURIs: []string{issuer + "/oauth2/callback/network"},
		JWKS: token.Ring{keys()["client"]}.JWKS(), SecretHash: grant.HashSecret(w.network.peppers, "front", secret),
		Scopes: []string{"openid", purpose, scopeVerify, scopeShare}, Types: []grant.Type{grant.AuthorizationCode},
		Policy: grant.StandardPolicy,
	})
	return w.network
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
