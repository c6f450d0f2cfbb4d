package e2e_test

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// onEachClient runs a test for every client of the sandbox, in the wire that it is registered for.
func onEachClient(t *testing.T, on target, test func(t *testing.T, c client, w wire)) {
	for _, c := range on.Sandbox.Clients {
		at := slices.IndexFunc(wires, func(w wire) bool { return w.dialect == c.Dialect })
		if at < 0 {
			continue // a client of another product
		}
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			test(t, c, wires[at])
		})
	}
}

// begin starts a code flow of the client in its wire.
func (w wire) begin(tb testing.TB, on target, c client) authorization {
	tb.Helper()
	a := c.authorization(on.number(tb, "verified"), w.verifyScope)
	a.authorize, a.token = w.authorize, w.token
	return a
}

// TestCodeFlow runs each client's code flow with its own authentication and looks at all that it
// gets.
func TestCodeFlow(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		onEachClient(t, on, func(t *testing.T, c client, w wire) {
			a := w.begin(t, on, c)
			answered := on.submit(t, w.token, c.credentials(t, on), a.exchange(a.code(t, on)))
			granted := answered.tokens(t)
			wantMembers(t, answered.object(t), "access_token", "token_type", "expires_in", "id_token", "scope")
			answered.wantType(t, typeJSON)
			if want := map[bool]int{false: 300, true: 3600}[w.reusable]; granted.ExpiresIn != want || granted.Scope != w.verifyScope {
				t.Errorf("granted %d s of %q, want %d s of %q", granted.ExpiresIn, granted.Scope, want, w.verifyScope)
			}
			id := payload(t, granted.IDToken)
			sum := sha256.Sum256([]byte(granted.AccessToken))
			for name, want := range map[string]any{
				"iss": on.issuer(), "aud": c.ID, "nonce": a.query.Get("nonce"), "at_hash": base64.RawURLEncoding.EncodeToString(sum[:16]),
			} {
				if id[name] != want {
					t.Errorf("the id_token's %s is %v, want %v", name, id[name], want)
				}
			}
			if spell(t, id["amr"]) != `["nba"]` {
				t.Errorf("amr is %v, want nba", id["amr"])
			}
			w.wantVerified(t, on.do(t, w.asking(granted.AccessToken, naming(on.number(t, "verified")))), true)
		})
	})
}

// TestWithoutOpenID gives no id_token to who does not ask for one.
func TestWithoutOpenID(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		onEachClient(t, on, func(t *testing.T, c client, w wire) {
			a := w.begin(t, on, c)
			a.query.Set("scope", strings.TrimPrefix(w.verifyScope, "openid "))
			if granted := a.tokens(t, on); granted.IDToken != "" || granted.RefreshToken != "" {
				t.Error("an id_token or a refresh token that nobody asked for")
			}
		})
	})
}

// TestEveryPathOfAuthorize takes the same request at each path and by POST.
func TestEveryPathOfAuthorize(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		c := on.withSecret(t)
		for _, path := range []string{authorizePath, "/oauth2/auth", "/camara/api/auth/v1/authorize"} {
			a := c.authorization(on.number(t, "verified"), wires[0].verifyScope)
			a.authorize = path
			a.code(t, on)
		}
		a := c.authorization(on.number(t, "verified"), wires[0].verifyScope)
		if back := sentBack(t, on.postForm(t, authorizePath, nil, a.query), a.redirectURI); back.Get("code") == "" {
			t.Errorf("POST: sent back with %v, want a code", back)
		}
	})
}

// TestRefusedExchangeKeepsTheCode exchanges a code wrongly in every way, and rightly then.
func TestRefusedExchangeKeepsTheCode(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		onEachClient(t, on, func(t *testing.T, c client, w wire) {
			a := w.begin(t, on, c)
			code := a.code(t, on)
			change := func(name, value string) url.Values {
				form := a.exchange(code)
				if form.Set(name, value); value == "" {
					form.Del(name)
				}
				return form
			}
			refuse := func(why string, as credentials, form url.Values, status int, failure string) {
				t.Helper()
				t.Log(why)
				on.submit(t, w.token, as, form).wantOAuth(t, status, failure)
			}
			own := func() credentials { return c.credentials(t, on) }
			otherSecret, _ := verifier()
			refuse("no authentication", credentials{}, a.exchange(code), 401, "invalid_client")
			refuse("wrong secret", basic(c.ID, "wrong"), a.exchange(code), 401, "invalid_client")
			refuse("wrong secret in the form", posted(c.ID, "wrong"), a.exchange(code), 401, "invalid_client")
			refuse("no code", own(), change("code", ""), 400, "invalid_request")
			refuse("another code", own(), change("code", code[:40]+rand.Text()[:24]), 400, "invalid_grant")
			refuse("a shorter code", own(), change("code", code[1:]), 400, "invalid_grant")
			refuse("no redirect_uri", own(), change("redirect_uri", ""), 400, "invalid_request")
			refuse("another redirect_uri", own(), change("redirect_uri", c.RedirectURIs[1]), 400, "invalid_grant")
			refuse("another verifier", own(), change("code_verifier", otherSecret), 400, "invalid_grant")
			refuse("a short verifier", own(), change("code_verifier", "short"), 400, "invalid_grant")
			if c.RequirePKCE {
				refuse("no verifier", own(), change("code_verifier", ""), 400, "invalid_grant")
			}
			refuse("no grant type", own(), change("grant_type", ""), 400, "invalid_request")
			refuse("another grant type", own(), change("grant_type", grantClient), 400, "unauthorized_client")
			refuse("password", own(), change("grant_type", "password"), 400, "unsupported_grant_type")
			for _, other := range on.Sandbox.Clients {
				failure := "invalid_grant"
				if other.Dialect == "otp" { // whose clients redeem no codes
					failure = "unauthorized_client"
				}
				if other.ID != c.ID {
					refuse("as "+other.ID, other.credentials(t, on), a.exchange(code), 400, failure)
				}
			}
			on.submit(t, w.token, own(), a.exchange(code)).tokens(t)
		})
	})
}

// TestBasicFirst authenticates as x/oauth2 does, which tries Basic before the form: a failed try
// must not cost the code.
func TestBasicFirst(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		c := on.client(t, "konera")
		a := speaking(t, "konera").begin(t, on, c)
		code := a.code(t, on)
		on.submit(t, a.token, basic(c.ID, c.Secret), a.exchange(code)).wantOAuth(t, 401, "invalid_client")
		on.submit(t, a.token, posted(c.ID, c.Secret), a.exchange(code)).tokens(t)
	})
}

// TestBareHint takes a number without tel: as a hint, as Vonage's SDKs send it.
func TestBareHint(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		w := speaking(t, "vonage")
		a := w.begin(t, on, on.client(t, "vonage"))
		a.query.Set("login_hint", on.number(t, "verified"))
		a.query.Del("nonce")
		w.wantVerified(t, on.do(t, w.asking(a.tokens(t, on).AccessToken, naming(on.number(t, "verified")))), true)
	})
}

// TestDPoPIsIgnored gives a Bearer token to who sends a proof that nobody reads (RFC 9449 §5).
func TestDPoPIsIgnored(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		a := wires[0].begin(t, on, on.withSecret(t))
		as := a.client.credentials(t, on)
		as.header["Dpop"] = []string{"a.b.c"}
		on.submit(t, a.token, as, a.exchange(a.code(t, on))).tokens(t)
	})
}

// TestRouteAloneChoosesTheWire takes one client's token to another wire, which answers in its own
// way.
func TestRouteAloneChoosesTheWire(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		number := on.number(t, "verified")
		for _, dialect := range []string{"camara-1", "camara-wip", "konera", "orange", "telefonica"} {
			w := speaking(t, dialect)
			token := wires[0].access(t, on, "verified", wires[0].verifyScope)
			w.wantProblem(t, on.do(t, w.asking(token, naming("nonsense"))), badProperty)
			w.wantVerified(t, on.do(t, w.asking(token, naming(number))), true)
			w.wantProblem(t, on.do(t, w.asking(token, naming(number))), invalidToken)
		}
	})
}

// TestCodeReuse exchanges a code again: refused, and what it had issued is revoked (RFC 6749
// §4.1.2).
func TestCodeReuse(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		onEachClient(t, on, func(t *testing.T, c client, w wire) {
			a := w.begin(t, on, c)
			code := a.code(t, on)
			granted := on.submit(t, w.token, c.credentials(t, on), a.exchange(code)).tokens(t)
			on.submit(t, w.token, c.credentials(t, on), a.exchange(code)).wantOAuth(t, 400, "invalid_grant")
			w.wantProblem(t, on.do(t, w.asking(granted.AccessToken, naming(somebodyElse))), invalidToken)
		})
	})
}

// TestExpiry lets codes and tokens run out in every wire: tags
// phone_number_verify_401.2_expired_access_token of both features, and NumberVerification_verify202
// and _share202 of the older ones.
func TestExpiry(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		type held struct{ code, verify, share string }
		all := map[string]held{}
		flows := map[string]authorization{}
		for _, w := range wires {
			h := held{verify: w.access(t, on, "verified", w.verifyScope)}
			if w.share != "" {
				h.share = w.access(t, on, "verified", w.shareScope)
			}
			flows[w.dialect] = w.begin(t, on, on.client(t, w.dialect))
			h.code = flows[w.dialect].code(t, on)
			all[w.dialect] = h
		}
		at := on.advance(t, 61*time.Second)
		for dialect, a := range flows {
			t.Log("code of", dialect)
			on.submit(t, a.token, a.client.credentials(t, on), a.exchange(all[dialect].code)).wantOAuth(t, 400, "invalid_grant")
		}
		on.advance(t, 240*time.Second)
		for _, w := range wires {
			if w.reusable {
				w.wantVerified(t, on.do(t, w.asking(all[w.dialect].verify, naming(somebodyElse))), false)
			}
		}
		for _, later := range []time.Duration{0, 31 * time.Second, 3300 * time.Second} {
			now := on.advance(t, later)
			for _, w := range wires {
				t.Log(w.dialect, now.Sub(at))
				if w.reusable && later < time.Hour/2 {
					continue // its token lives an hour
				}
				w.wantProblem(t, on.do(t, w.asking(all[w.dialect].verify, naming(somebodyElse))), expiredToken)
				if w.share != "" {
					w.wantProblem(t, on.do(t, w.sharing(all[w.dialect].share)), expiredToken)
				}
			}
		}
	})
}

// TestCodeLastsAMinute exchanges a code late, and in time.
func TestCodeLastsAMinute(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		a := wires[0].begin(t, on, on.client(t, "camara-2"))
		code := a.code(t, on)
		on.advance(t, 50*time.Second)
		granted := on.submit(t, a.token, a.client.credentials(t, on), a.exchange(code)).tokens(t)
		on.advance(t, 290*time.Second)
		wires[0].wantVerified(t, on.do(t, wires[0].asking(granted.AccessToken, naming(somebodyElse))), false)
	})
}

// TestDiscovery reads the metadata and the keys, and checks a token with them as a resource server
// does.
func TestDiscovery(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		found := on.get(t, "/.well-known/openid-configuration")
		metadata := found.object(t)
		for name, want := range map[string]string{
			"issuer": "", "authorization_endpoint": authorizePath, "token_endpoint": tokenPath,
			"backchannel_authentication_endpoint": backchannelPath, "jwks_uri": "/oauth2/jwks",
		} {
			if metadata[name] != on.issuer()+want {
				t.Errorf("%s is %v, want %s", name, metadata[name], on.issuer()+want)
			}
		}
		for name, want := range map[string]any{
			"request_uri_parameter_supported": false, "request_parameter_supported": true, "authorization_response_iss_parameter_supported": true,
			"subject_types_supported": []any{"pairwise"}, "code_challenge_methods_supported": []any{"S256"},
			"response_types_supported": []any{"code"}, "backchannel_token_delivery_modes_supported": []any{"poll"},
		} {
			if spell(t, metadata[name]) != spell(t, want) {
				t.Errorf("%s is %v, want %v", name, metadata[name], want)
			}
		}
		for _, name := range []string{"id_token_signing_alg_values_supported", "token_endpoint_auth_signing_alg_values_supported"} {
			if text := spell(t, metadata[name]); !strings.Contains(text, "RS256") || !strings.Contains(text, "ES256") || strings.Contains(text, "none") {
				t.Errorf("%s is %s, want RS256 and ES256 and never none", name, text)
			}
		}
		for _, method := range []string{"private_key_jwt", "client_secret_basic", "client_secret_post"} {
			if !strings.Contains(spell(t, metadata["token_endpoint_auth_methods_supported"]), method) {
				t.Errorf("token_endpoint_auth_methods_supported lacks %s", method)
			}
		}
		keys, _ := on.get(t, "/oauth2/jwks").object(t)["keys"].([]any)
		kid := protected(t, wires[0].access(t, on, "verified", wires[0].verifyScope))["kid"]
		if !slices.ContainsFunc(keys, func(k any) bool { key, _ := k.(map[string]any); return key["kid"] == kid && key["d"] == nil }) {
			t.Errorf("no public key with the token's kid %v among %v", kid, keys)
		}
		if strings.Contains(spell(t, keys), `"d":`) {
			t.Error("the key set holds a private key")
		}
	})
}

// TestTokenEndpointAccept serves JSON whatever the client prefers: Java's put text/html first.
func TestTokenEndpointAccept(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		c := on.withSecret(t)
		for _, accept := range []string{"text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "text/html", "application/json"} {
			a := c.authorization(on.number(t, "verified"), wires[0].verifyScope)
			as := basic(c.ID, c.Secret)
			as.header["Accept"] = []string{accept}
			got := on.submit(t, tokenPath, as, a.exchange(a.code(t, on)))
			got.tokens(t)
			got.wantType(t, typeJSON)
		}
		if a := on.do(t, call{Method: http.MethodHead, Path: tokenPath}); a.Status != http.StatusMethodNotAllowed {
			t.Errorf("HEAD answered %d, want 405", a.Status)
		}
	})
}
