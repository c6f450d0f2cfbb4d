package e2e_test

import (
	"net/url"
	"testing"
)

// grantAssertion gives a JWT-bearer assertion (RFC 7523 §2.1, CAMARA's profile) with other claims
// on top.
func (c client) grantAssertion(tb testing.TB, on target, subject, scope string, others claims) string {
	tb.Helper()
	return c.Key.sign(tb, lasting(on.now(tb), claims{"iss": c.ID, "sub": subject, "aud": on.issuer() + tokenPath, "scope": scope}, others))
}

func bearerForm(assertion string) url.Values {
	return url.Values{"grant_type": {grantBearer}, "assertion": {assertion}}
}

// TestJWTBearer exchanges each client's assertion, which is its authentication too; a mere number
// proves no SIM.
func TestJWTBearer(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		onEachClient(t, on, func(t *testing.T, c client, w wire) {
			number := freshNumber()
			subject := "operatortoken:" + on.operatorToken(t, number, nil)
			granted := on.postForm(t, w.token, nil, bearerForm(c.grantAssertion(t, on, subject, w.verifyScope, nil))).tokens(t)
			if granted.RefreshToken != "" || granted.Scope != w.verifyScope {
				t.Errorf("granted %q, with a refresh token: %t", granted.Scope, granted.RefreshToken != "")
			}
			w.wantVerified(t, on.do(t, w.asking(granted.AccessToken, naming(number))), true)
			mere := on.postForm(t, w.token, nil, bearerForm(c.grantAssertion(t, on, "tel:"+number, w.verifyScope, nil))).tokens(t)
			w.wantProblem(t, on.do(t, w.asking(mere.AccessToken, naming(number))), notNetwork)
			again := bearerForm(c.grantAssertion(t, on, subject, w.verifyScope, nil))
			on.postForm(t, w.token, nil, again).wantOAuth(t, 400, "invalid_grant")
		})
	})
}

// TestJWTBearerWithOwnAuthentication takes a client that authenticates itself beside its assertion,
// and refuses one that does so wrongly.
func TestJWTBearerWithOwnAuthentication(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		onEachClient(t, on, func(t *testing.T, c client, w wire) {
			form := bearerForm(c.grantAssertion(t, on, "tel:"+freshNumber(), w.verifyScope, nil))
			on.submit(t, w.token, basic(c.ID, "wrong"), form).wantOAuth(t, 401, "invalid_client")
			on.submit(t, w.token, c.credentials(t, on), form).tokens(t)
		})
	})
}

// TestJWTBearerRefusals makes assertions that are not quite. None of them spends the operator token
// in it.
func TestJWTBearerRefusals(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		c, now, scope := on.client(t, "camara-2"), on.now(t), wires[0].verifyScope
		number := freshNumber()
		subject := "operatortoken:" + on.operatorToken(t, number, nil)
		for name, others := range map[string]claims{
			"no sub":            {"sub": nil},
			"a sub without use": {"sub": "somebody"},
			"an empty number":   {"sub": "tel:"},
			"a bad number":      {"sub": "tel:0123"},
			"a bad token":       {"sub": "operatortoken:nonsense"},
			"an address":        {"sub": "ipport:192.0.2.1:5"},
			"another audience":  {"aud": "https://other.example"},
			"no audience":       {"aud": nil},
			"no iat":            {"iat": nil},
			"no exp":            {"exp": nil},
			"no jti":            {"jti": nil},
			"no scope":          {"scope": nil},
			"issued tomorrow":   {"iat": seconds(now, 301), "exp": seconds(now, 400)},
			"too long":          {"iat": seconds(now, 0), "exp": seconds(now, 301)},
			"expired":           {"iat": seconds(now, -400), "exp": seconds(now, -301)},
		} {
			t.Log(name)
			on.postForm(t, tokenPath, nil, bearerForm(c.grantAssertion(t, on, subject, scope, others))).wantOAuth(t, 400, "invalid_grant")
		}
		refuse := func(why, assertion string, more url.Values, status int, code string) {
			t.Helper()
			t.Log(why)
			form := bearerForm(assertion)
			for name, values := range more {
				form[name] = values
			}
			on.postForm(t, tokenPath, nil, form).wantOAuth(t, status, code)
		}
		good := c.grantAssertion(t, on, subject, scope, nil)
		refuse("an unregistered scope", c.grantAssertion(t, on, subject, scope+" everything", nil), nil, 400, "invalid_scope")
		refuse("no purpose", c.grantAssertion(t, on, subject, scopeVerify, nil), nil, 400, "invalid_scope")
		refuse("a scope parameter", good, url.Values{"scope": {scope}}, 400, "invalid_request")
		refuse("altered", altered(good), nil, 400, "invalid_grant")
		refuse("unsigned", unsigned(t, payload(t, good)), nil, 400, "invalid_grant")
		refuse("another's key", on.withSecret(t).Key.sign(t, payload(t, good)), nil, 400, "invalid_grant")
		refuse("an unknown client", c.grantAssertion(t, on, subject, scope, claims{"iss": "nobody"}), nil, 401, "invalid_client")
		refuse("a client assertion", c.assertion(t, on, nil), nil, 400, "invalid_grant")
		refuse("nonsense", "nonsense", nil, 401, "invalid_client")
		refuse("nothing", "", nil, 400, "invalid_request")
		granted := on.postForm(t, tokenPath, nil, bearerForm(good)).tokens(t)
		wires[0].wantVerified(t, on.do(t, wires[0].asking(granted.AccessToken, naming(number))), true)
		refuse("a replay", good, nil, 400, "invalid_grant")
	})
}
