package api_test

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
)

// asks are cases by name.
type asks map[string]func(*world) call

func (a asks) of(wire string) []goldenCase {
	var cases []goldenCase
	for name, ask := range a {
		cases = append(cases, goldenCase{wire, name, ask})
	}
	return cases
}

// posted makes a form call with the client's credentials.
func (w *world) posted(client, path string, pairs ...string) call {
	return callOf(w.t, w.as(client, path, form(pairs...)))
}

// plain makes a form call without any.
func plain(path, body string) call {
	return call{http.MethodPost, path, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, body}
}

func get(target string) call { return call{method: http.MethodGet, target: target} }

// exchanged makes the exchange of a new code of the client, changed.
func (w *world) exchanged(client string, pairs ...string) call {
	return callOf(w.t, w.as(client, tokenPath, merged(codeForm(w.code(authorization(client))), pairs...)))
}

const (
	cibaType   = "urn:openid:params:grant-type:ciba"
	bearerType = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	goodScope  = purpose + " openid " + scopeVerify
)

// backchannel starts a CIBA authentication and gives its auth_req_id.
func (w *world) backchannel(client, hint string) string {
	w.t.Helper()
	a := w.do(w.as(client, backchannelPath, form("scope", goodScope, "login_hint", hint)))
	if a.status != http.StatusOK {
		w.t.Fatalf("no auth_req_id: %s", a.body)
	}
	return a.member("auth_req_id")
}

func tokenCases() []goldenCase {
	bearer := func(w *world, subject string) call {
		return plain(tokenPath, form("grant_type", bearerType, "assertion", w.bearerAssertion("camara", subject)).Encode())
	}
	poll := func(w *world, id string) call {
		return w.posted("camara", tokenPath, "grant_type", cibaType, "auth_req_id", id)
	}
	return asks{
		"token-code":        func(w *world) call { return w.exchanged("camara") },
		"token-code-basic":  func(w *world) call { return w.exchanged("basic").with("Accept", "text/html, *; q=.2") },
		"token-code-vonage": func(w *world) call { return w.exchanged("vonage") },
		"token-code-konera": func(w *world) call {
			c := w.exchanged("konera")
			c.target = "/camara/api/auth/v1/token"
			return c
		},
		"token-refresh": func(w *world) call {
			return w.posted("konera", tokenPath, "grant_type", "refresh_token", "refresh_token", w.exchange("konera").member("refresh_token"))
		},
		"token-ciba":            func(w *world) call { return poll(w, w.backchannel("camara", "tel:"+subscriber)) },
		"token-bearer-tel":      func(w *world) call { return bearer(w, "tel:"+subscriber) },
		"token-bearer-operator": func(w *world) call { return bearer(w, "operatortoken:"+w.operatorToken()) },

		"token-no-client": func(*world) call { return plain(tokenPath, codeForm(strings.Repeat("A", 64)).Encode()) },
		"token-long-assertion": func(w *world) call {
			return w.exchanged("camara", "client_assertion", w.assertion("camara", jwt.MapClaims{"exp": noon.Unix() + 301}))
		},
		"token-wrong-secret":       func(w *world) call { return w.exchanged("konera", "client_secret", "x").with("x-correlator", "a b") },
		"token-no-grant-type":      func(w *world) call { return w.exchanged("camara", "grant_type", "") },
		"token-password":           func(w *world) call { return w.posted("camara", tokenPath, "grant_type", "password") },
		"token-client-credentials": func(w *world) call { return w.posted("camara", tokenPath, "grant_type", "client_credentials") },
		"token-own": func(w *world) call {
			return w.posted("own", tokenPath, "grant_type", "client_credentials", "scope", scopeOTP)
		},
		"token-own-purpose": func(w *world) call {
			return w.posted("own", tokenPath, "grant_type", "client_credentials", "scope", purpose+" "+scopeOTP)
		},
		"token-own-no-scope": func(w *world) call { return w.posted("own", tokenPath, "grant_type", "client_credentials") },
		"token-own-openid": func(w *world) call {
			return w.posted("own", tokenPath, "grant_type", "client_credentials", "scope", "openid "+scopeOTP)
		},
		"token-own-with-code": func(w *world) call {
			return w.posted("own", tokenPath, "grant_type", "authorization_code", "code", "x")
		},
		"token-unauthorized-client":  func(w *world) call { return w.posted("camara", tokenPath, "grant_type", "refresh_token") },
		"token-code-missing":         func(w *world) call { return w.exchanged("camara", "code", "") },
		"token-code-malformed":       func(w *world) call { return w.exchanged("camara", "code", "x") },
		"token-code-unknown":         func(w *world) call { return w.exchanged("camara", "code", strings.Repeat("A", 64)) },
		"token-redirect-uri-missing": func(w *world) call { return w.exchanged("camara", "redirect_uri", "") },
		"token-redirect-uri-other":   func(w *world) call { return w.exchanged("camara", "redirect_uri", callback+"?own=1") },
		"token-verifier-missing":     func(w *world) call { return w.exchanged("camara", "code_verifier", "") },
		"token-verifier-wrong":       func(w *world) call { return w.exchanged("camara", "code_verifier", strings.Repeat("a", 43)) },
		"token-parameter-twice":      func(w *world) call { c := w.exchanged("camara"); c.body += "&grant_type=x"; return c },
		"token-no-form":              func(*world) call { return plain(tokenPath, "grant_type=%ff") },
		"token-form-called-json":     func(w *world) call { return w.exchanged("camara").with("Content-Type", "application/json") },
		"token-json": func(*world) call {
			return plain(tokenPath, `{"grant_type":"authorization_code"}`).with("Content-Type", "application/json")
		},
		"token-too-large":    func(*world) call { return plain(tokenPath, "a="+strings.Repeat("x", 8192)) },
		"token-get":          func(*world) call { return get(tokenPath + "?grant_type=authorization_code") },
		"token-unknown-path": func(*world) call { return plain(tokenPath+"/x", "") },
		"token-refresh-forged": func(w *world) call {
			return w.posted("konera", tokenPath, "grant_type", "refresh_token", "refresh_token", strings.Repeat("A", 70))
		},
		"token-bearer-missing":   func(*world) call { return plain(tokenPath, form("grant_type", bearerType).Encode()) },
		"token-bearer-malformed": func(*world) call { return plain(tokenPath, form("grant_type", bearerType, "assertion", "x").Encode()) },
		"token-bearer-scope":     func(w *world) call { c := bearer(w, "tel:"+subscriber); c.body += "&scope=openid"; return c },
		"token-bearer-subject":   func(w *world) call { return bearer(w, "mailto:a@example") },
		"token-ciba-pending": func(w *world) call {
			id := w.backchannel("camara", "ipport:198.51.100.1:40000")
			w.advance(5 * time.Second)
			return poll(w, id)
		},
		"token-ciba-slow-down": func(w *world) call {
			id := w.backchannel("camara", "ipport:198.51.100.1:40000")
			w.poll("camara", id)
			return poll(w, id)
		},
		"token-ciba-expired": func(w *world) call {
			id := w.backchannel("camara", "tel:"+subscriber)
			w.advance(120 * time.Second)
			return poll(w, id)
		},
		"token-ciba-unknown": func(w *world) call { return poll(w, strings.Repeat("A", 64)) },
		"token-store-away": func(w *world) call {
			c := w.exchanged("camara")
			w.watch.fail(fault.New(fault.Unavailable), "grants")
			return c
		},
		"token-store-broken": func(w *world) call {
			c := w.exchanged("camara")
			w.watch.fail(errors.New("an inner cause"), "grants")
			return c
		},
		"token-clients-away": func(w *world) call {
			c := w.exchanged("camara")
			w.watch.fail(fault.New(fault.Unavailable), "clients")
			return c
		},
	}.of("oauth")
}

func backchannelCases() []goldenCase {
	ask := func(w *world, pairs ...string) call {
		return callOf(w.t, w.as("camara", backchannelPath, merged(form("scope", goodScope, "login_hint", "tel:"+subscriber), pairs...)))
	}
	return asks{
		"backchannel-number":  func(w *world) call { return ask(w) },
		"backchannel-address": func(w *world) call { w.attach("192.0.2.1"); return ask(w, "login_hint", "ipport:192.0.2.1:40000") },
		"backchannel-address-refused": func(w *world) call {
			w.attach("192.0.2.1")
			return w.posted("other", backchannelPath, "scope", goodScope, "login_hint", "ipport:192.0.2.1:40000")
		},
		"backchannel-address-spent": func(w *world) call {
			w.change("camara", func(c *grant.Client) { c.AddressLookups = 1 })
			w.backchannel("camara", "ipport:192.0.2.1:40000")
			return ask(w, "login_hint", "ipport:192.0.2.1:40001")
		},
		"backchannel-no-session": func(w *world) call { return ask(w, "login_hint", "ipport:[2001:db8::1]:40000") },
		"backchannel-sim":        func(w *world) call { return ask(w, "login_hint", "operatortoken:"+w.operatorToken()) },
		"backchannel-ignored": func(w *world) call {
			return ask(w, "binding_message", "x", "user_code", "y", "requested_expiry", "z", "acr_values", "4")
		},
		"backchannel-vonage": func(w *world) call {
			return w.posted("vonage", backchannelPath, "scope", "openid "+purpose+"#number-verification-verify-read", "login_hint", subscriber)
		},
		"backchannel-no-client": func(*world) call { return plain(backchannelPath, "scope=openid") },
		"backchannel-not-allowed": func(w *world) call {
			return w.posted("konera", backchannelPath, "scope", "openid", "login_hint", "tel:"+subscriber)
		},
		"backchannel-no-hint":     func(w *world) call { return ask(w, "login_hint", "") },
		"backchannel-hint-token":  func(w *world) call { return ask(w, "login_hint_token", "x") },
		"backchannel-id-token":    func(w *world) call { return ask(w, "id_token_hint", "x") },
		"backchannel-two-hints":   func(w *world) call { c := ask(w); c.body += "&login_hint=x"; return c },
		"backchannel-other-hint":  func(w *world) call { return ask(w, "login_hint", "mailto:a@example") },
		"backchannel-bad-number":  func(w *world) call { return ask(w, "login_hint", "tel:34123456789") },
		"backchannel-bad-address": func(w *world) call { return ask(w, "login_hint", "ipport:192.0.2:1") },
		"backchannel-sim-expired": func(w *world) call {
			raw := w.operatorToken()
			w.advance(2 * time.Minute)
			return ask(w, "login_hint", "operatortoken:"+raw)
		},
		"backchannel-sim-forged": func(w *world) call {
			return ask(w, "login_hint", "operatortoken:"+w.operatorToken(jwt.MapClaims{"iss": "https://x.example"}))
		},
		"backchannel-no-scope":      func(w *world) call { return ask(w, "scope", "") },
		"backchannel-no-purpose":    func(w *world) call { return ask(w, "scope", scopeVerify) },
		"backchannel-unknown-scope": func(w *world) call { return ask(w, "scope", purpose+" x") },
		"backchannel-get":           func(*world) call { return get(backchannelPath) },
		"backchannel-store-away": func(w *world) call {
			w.watch.fail(fault.New(fault.Unavailable), "grants")
			return ask(w)
		},
		"backchannel-directory-away": func(w *world) call {
			w.watch.fail(fault.New(fault.Unavailable), "sessions")
			return ask(w, "login_hint", "ipport:192.0.2.1:40000")
		},
	}.of("oauth")
}

func revokeCases() []goldenCase {
	return asks{
		"revoke-access": func(w *world) call {
			return w.posted("camara", revokePath, "token", w.exchange("camara").member("access_token"), "token_type_hint", "access_token")
		},
		"revoke-refresh": func(w *world) call {
			return w.posted("konera", revokePath, "token", w.exchange("konera").member("refresh_token"))
		},
		"revoke-unknown": func(w *world) call { return w.posted("camara", revokePath, "token", "x") },
		"revoke-foreign": func(w *world) call {
			return w.posted("other", revokePath, "token", w.exchange("camara").member("access_token"))
		},
		"revoke-id-token": func(w *world) call {
			return w.posted("camara", revokePath, "token", w.exchange("camara").member("id_token"))
		},
		"revoke-no-token":    func(w *world) call { return w.posted("camara", revokePath, "token_type_hint", "access_token") },
		"revoke-no-client":   func(*world) call { return plain(revokePath, "token=x") },
		"revoke-get":         func(*world) call { return get(revokePath + "?token=x") },
		"revoke-token-twice": func(w *world) call { c := w.posted("camara", revokePath, "token", "x"); c.body += "&token=y"; return c },
		"revoke-store-away": func(w *world) call {
			c := w.posted("camara", revokePath, "token", w.exchange("camara").member("access_token"))
			w.watch.fail(fault.New(fault.Unavailable), "grants")
			return c
		},
	}.of("oauth")
}

func authorizeCases() []goldenCase {
	ask := func(w *world, pairs ...string) call {
		w.attach("127.0.0.1")
		return get(authorizePath + "?" + merged(authorization("camara"), pairs...).Encode())
	}
	unknown := func(pairs ...string) func(*world) call {
		return func(*world) call {
			return get(authorizePath + "?" + merged(authorization("camara"), pairs...).Encode())
		}
	}
	return asks{
		"authorize": func(w *world) call { return ask(w) },
		"authorize-post": func(w *world) call {
			w.attach("127.0.0.1")
			return plain(authorizePath, authorization("camara").Encode())
		},
		"authorize-vonage": func(w *world) call {
			w.attach("127.0.0.1")
			return get("/oauth2/auth?" + merged(authorization("vonage"), "nonce", "", "code_challenge", "", "code_challenge_method", "", "login_hint", subscriber).Encode())
		},
		"authorize-konera": func(w *world) call {
			w.attach("127.0.0.1")
			return get("/camara/api/auth/v1/authorize?" + merged(authorization("konera"), "konera_context", "ipv4:198.51.100.7").Encode())
		},
		"authorize-own-query": func(w *world) call { return ask(w, "redirect_uri", callback+"?own=1") },
		"authorize-sandbox":   unknown("client_id", "sandbox", "login_hint", "tel:+990123450001"),
		"authorize-sandbox-bare-plus": func(w *world) call {
			c := unknown("client_id", "sandbox", "login_hint", "tel:+990123450001")(w)
			c.target = strings.ReplaceAll(c.target, "tel%3A%2B", "tel:+")
			return c
		},
		"authorize-sandbox-unresolved":  unknown("client_id", "sandbox", "login_hint", "tel:+990123450004"),
		"authorize-denied":              unknown(),
		"authorize-login-required":      unknown("prompt", "none"),
		"authorize-consent":             func(w *world) call { return ask(w, "prompt", "consent") },
		"authorize-response-type":       func(w *world) call { return ask(w, "response_type", "token") },
		"authorize-no-response-type":    func(w *world) call { return ask(w, "response_type", "") },
		"authorize-response-mode":       func(w *world) call { return ask(w, "response_mode", "fragment") },
		"authorize-scope":               func(w *world) call { return ask(w, "scope", scopeVerify) },
		"authorize-no-challenge":        func(w *world) call { return ask(w, "code_challenge", "", "code_challenge_method", "") },
		"authorize-plain-challenge":     func(w *world) call { return ask(w, "code_challenge_method", "plain") },
		"authorize-request-uri":         func(w *world) call { return ask(w, "request_uri", "https://client.example/r") },
		"authorize-request-object":      func(w *world) call { return ask(w, "request", "x") },
		"authorize-twice":               func(w *world) call { c := ask(w); c.target += "&scope=openid"; return c },
		"authorize-state-twice":         func(w *world) call { c := ask(w); c.target += "&state=x"; return c },
		"authorize-page-no-client":      func(w *world) call { return ask(w, "client_id", "") },
		"authorize-page-unknown-client": func(w *world) call { return ask(w, "client_id", "<script>") },
		"authorize-page-client-twice":   func(w *world) call { c := ask(w); c.target += "&client_id=other"; return c },
		"authorize-page-no-redirect":    func(w *world) call { return ask(w, "redirect_uri", "") },
		"authorize-page-other-redirect": func(w *world) call { return ask(w, "redirect_uri", "https://evil.example/") },
		"authorize-page-no-form":        func(*world) call { return get(authorizePath + "?client_id=%zz") },
		"authorize-page-json":           func(*world) call { return plain(authorizePath, "{}").with("Content-Type", "application/json") },
		"authorize-page-too-large":      func(*world) call { return plain(authorizePath, "a="+strings.Repeat("x", 8192)) },
		"authorize-page-put":            func(*world) call { return call{method: http.MethodPut, target: authorizePath} },
		"authorize-page-clients-away": func(w *world) call {
			w.watch.fail(fault.New(fault.Unavailable), "clients")
			return ask(w)
		},
		"authorize-store-away": func(w *world) call {
			w.watch.fail(fault.New(fault.Unavailable), "grants")
			return ask(w)
		},
		"authorize-directory-broken": func(w *world) call {
			w.watch.fail(errors.New("an inner cause"), "sessions")
			return ask(w)
		},
	}.of("page")
}

func discoveryCases() []goldenCase {
	return asks{
		"discovery":             func(*world) call { return get("/.well-known/openid-configuration") },
		"discovery-jwks":        func(*world) call { return get("/oauth2/jwks") },
		"discovery-query":       func(*world) call { return get("/oauth2/jwks?x=y") },
		"discovery-post":        func(*world) call { return plain("/oauth2/jwks", "") },
		"discovery-unknown":     func(*world) call { return get("/.well-known/x") },
		"discovery-store-away":  func(w *world) call { w.watch.fail(fault.New(fault.Unavailable), ""); return get("/oauth2/jwks") },
		"discovery-html-wanted": func(*world) call { return get("/.well-known/openid-configuration").with("Accept", "text/html") },
	}.of("oauth")
}

func unmatchedCases() []goldenCase {
	return asks{
		"unmatched-root":      func(*world) call { return get("/") },
		"unmatched-path":      func(*world) call { return get("/number-verification/v3/verify") },
		"unmatched-post":      func(*world) call { return plain("/x", "a=b") },
		"unmatched-traversal": func(*world) call { return get("/oauth2/../x") },
	}.of("bare")
}
