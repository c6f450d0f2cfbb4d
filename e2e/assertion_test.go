package e2e_test

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"testing"
)

// authenticates tells whether the credentials are a client's, by an exchange that fails for another
// reason.
func (on target) authenticates(tb testing.TB, as credentials) bool {
	tb.Helper()
	a := on.submit(tb, tokenPath, as, url.Values{"grant_type": {grantCode}, "code": {"nonsense"}, "redirect_uri": {"https://client.example/callback"}})
	switch failure := a.object(tb)["error"]; failure {
	case "invalid_grant":
		return true
	case "invalid_client":
		a.wantOAuth(tb, 401, "invalid_client")
		return false
	default:
		tb.Errorf("answered %d %v, want invalid_grant or invalid_client", a.Status, failure)
		return false
	}
}

// TestClientAssertions holds private_key_jwt to CAMARA's profile.
func TestClientAssertions(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		c, now := on.client(t, "camara-2"), on.now(t)
		for name, try := range map[string]struct {
			others claims
			good   bool
		}{
			"plain":                        {nil, true},
			"the token endpoint":           {claims{"aud": on.issuer() + tokenPath}, true},
			"an array":                     {claims{"aud": []string{"https://other.example", on.issuer()}}, true},
			"no iat":                       {claims{"iat": nil}, true},
			"five minutes":                 {claims{"iat": seconds(now, 0), "exp": seconds(now, 300)}, true},
			"more than five minutes":       {claims{"iat": seconds(now, 0), "exp": seconds(now, 301)}, false},
			"an end too far":               {claims{"iat": nil, "exp": seconds(now, 360)}, false},
			"a clock 30 s ahead":           {claims{"iat": seconds(now, 30), "exp": seconds(now, 330)}, true},
			"a clock 30 s behind":          {claims{"iat": seconds(now, -89), "exp": seconds(now, -20)}, true},
			"a clock 301 s ahead":          {claims{"iat": seconds(now, 301), "exp": seconds(now, 361)}, false},
			"a clock 301 s behind":         {claims{"iat": seconds(now, -301), "exp": seconds(now, -241)}, false},
			"not before, 301 s ahead":      {claims{"nbf": seconds(now, 301)}, false},
			"another audience":             {claims{"aud": "https://other.example"}, false},
			"the issuer with a slash":      {claims{"aud": on.issuer() + "/"}, false},
			"no audience":                  {claims{"aud": nil}, false},
			"no jti":                       {claims{"jti": nil}, false},
			"no exp":                       {claims{"exp": nil}, false},
			"no iss":                       {claims{"iss": nil}, false},
			"no sub":                       {claims{"sub": nil}, false},
			"another sub":                  {claims{"sub": "another"}, false},
			"another client's":             {claims{"iss": on.withSecret(t).ID, "sub": on.withSecret(t).ID}, false},
			"an unknown client's":          {claims{"iss": "nobody", "sub": "nobody"}, false},
			"a time that is text":          {claims{"exp": "tomorrow"}, false},
			"a time beyond all time":       {claims{"exp": 1e300}, false},
			"a jti that is a number":       {claims{"jti": 7}, false},
			"an audience among no strings": {claims{"aud": []any{7, on.issuer()}}, false},
		} {
			if got := on.authenticates(t, asserted(c.assertion(t, on, try.others))); got != try.good {
				t.Errorf("%s: authenticated is %t, want %t", name, got, try.good)
			}
		}
		good := payload(t, c.assertion(t, on, nil))
		for name, raw := range map[string]string{
			"unsigned": unsigned(t, good), "altered": altered(c.Key.sign(t, good)), "another's key": on.withSecret(t).Key.sign(t, good),
			"an access token's typ": c.Key.retyped(t, good, "at+jwt"), "nonsense": "nonsense", "dots": "..",
		} {
			if on.authenticates(t, asserted(raw)) {
				t.Errorf("%s authenticated", name)
			}
		}
	})
}

// TestAudiences takes an assertion for the issuer, the token endpoint or the very endpoint called,
// and for no other of ours.
func TestAudiences(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		c, other := on.client(t, "camara-2"), "/camara/api/auth/v1/token"
		form := url.Values{"scope": {wires[0].verifyScope}, "login_hint": {"tel:" + freshNumber()}}
		for _, aud := range []string{"", tokenPath, backchannelPath} {
			on.submit(t, backchannelPath, asserted(c.assertion(t, on, claims{"aud": on.issuer() + aud})), form).authReqID(t)
		}
		for _, aud := range []string{other, authorizePath} {
			on.submit(t, backchannelPath, asserted(c.assertion(t, on, claims{"aud": on.issuer() + aud})), form).wantOAuth(t, 401, "invalid_client")
		}
		exchange := url.Values{"grant_type": {grantCode}, "code": {"x"}, "redirect_uri": {"x"}}
		on.submit(t, other, asserted(c.assertion(t, on, claims{"aud": on.issuer() + other})), exchange).wantOAuth(t, 400, "invalid_grant")
		on.submit(t, tokenPath, asserted(c.assertion(t, on, claims{"aud": on.issuer() + other})), exchange).wantOAuth(t, 401, "invalid_client")
		on.submit(t, tokenPath, asserted(c.assertion(t, on, claims{"aud": on.issuer() + backchannelPath})), exchange).wantOAuth(t, 401, "invalid_client")
	})
}

// TestReplayedAssertions authenticates with the same JWT twice.
func TestReplayedAssertions(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		for _, dialect := range []string{"camara-2", "vonage"} {
			c := on.client(t, dialect)
			as := c.credentials(t, on)
			if !on.authenticates(t, as) || on.authenticates(t, as) {
				t.Errorf("%s: want the first use to authenticate and the second not", c.ID)
			}
		}
	})
}

// TestApplicationJWT holds Vonage's application JWT to what its SDKs send.
func TestApplicationJWT(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		c, now := on.client(t, "vonage"), on.now(t)
		for name, try := range map[string]struct {
			others claims
			good   bool
		}{
			"plain":             {nil, true},
			"no exp, as Java":   {claims{"exp": nil}, true},
			"a day":             {claims{"iat": seconds(now, 0), "exp": seconds(now, 86400)}, true},
			"more than a day":   {claims{"iat": seconds(now, 0), "exp": seconds(now, 86401)}, false},
			"with sub and acl":  {claims{"sub": "x", "acl": claims{"paths": claims{"/*/**": claims{}}}}, true},
			"no iat":            {claims{"iat": nil}, false},
			"no jti":            {claims{"jti": nil}, false},
			"no application_id": {claims{"application_id": nil}, false},
			"an unknown one":    {claims{"application_id": "nobody"}, false},
			"another's":         {claims{"application_id": on.client(t, "camara-2").ID}, false},
			"expired":           {claims{"iat": seconds(now, -400), "exp": seconds(now, -301)}, false},
			"of tomorrow":       {claims{"iat": seconds(now, 301), "exp": seconds(now, 600)}, false},
		} {
			if got := on.authenticates(t, bearing(c.application(t, on, try.others))); got != try.good {
				t.Errorf("%s: authenticated is %t, want %t", name, got, try.good)
			}
		}
	})
}

// TestOneWayToAuthenticate refuses two ways at once (RFC 6749 §2.3), and every way but the
// registered one.
func TestOneWayToAuthenticate(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		onEachClient(t, on, func(t *testing.T, c client, _ wire) {
			for method, as := range map[string]credentials{
				"private_key_jwt": asserted(c.assertion(t, on, nil)), "application_jwt": bearing(c.application(t, on, nil)),
				"client_secret_basic": basic(c.ID, c.Secret), "client_secret_post": posted(c.ID, c.Secret),
			} {
				if method != c.Method && on.authenticates(t, as) {
					t.Errorf("authenticated by %s, which is not its own way", method)
				}
			}
			form := url.Values{"grant_type": {grantCode}, "code": {"x"}, "redirect_uri": {"x"}}
			two := c.credentials(t, on)
			if c.Method == "private_key_jwt" {
				two.header = basic(c.ID, "x").header
			} else {
				two = credentials{header: two.header, form: url.Values{"client_assertion_type": {clientAssertionType}, "client_assertion": {c.assertion(t, on, nil)}}}
				if c.Method == "client_secret_post" {
					two.form["client_id"], two.form["client_secret"] = []string{c.ID}, []string{c.Secret}
				}
			}
			on.submit(t, tokenPath, two, form).wantOAuth(t, 400, "invalid_request")
			form.Set("client_id", "another")
			if c.Method != "client_secret_post" {
				on.submit(t, tokenPath, c.credentials(t, on), form).wantOAuth(t, 401, "invalid_client")
			}
		})
	})
}

// requesting gives a signed request object (RFC 9101) that holds a whole authorization request.
func (a authorization) requesting(tb testing.TB, on target, others claims) string {
	tb.Helper()
	object := claims{"iss": a.client.ID, "aud": on.issuer()}
	for name := range a.query {
		object[name] = a.query.Get(name)
	}
	return a.client.Key.sign(tb, lasting(on.now(tb), object, others))
}

// TestRequestObjects takes what a signed request object says over what the query says.
func TestRequestObjects(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		now := on.now(t)
		fresh := func() authorization { return wires[0].begin(t, on, on.client(t, "camara-2")) }
		// The query that goes with an object: what must stand in both.
		beside := func(a authorization, object string) url.Values {
			q := url.Values{"request": {object}}
			for _, name := range []string{"response_type", "client_id", "redirect_uri", "scope"} {
				q.Set(name, a.query.Get(name))
			}
			return q
		}
		a := fresh()
		object := a.requesting(t, on, nil)
		query := beside(a, object)
		query.Set("nonce", "only the object's counts")
		back := on.visit(t, a.authorize, query, nil)
		if back.Get("code") == "" || back.Get("state") != a.query.Get("state") {
			t.Fatalf("sent back with %v, want a code and the object's state", back)
		}
		granted := on.submit(t, a.token, a.client.credentials(t, on), a.exchange(back.Get("code"))).tokens(t)
		if payload(t, granted.IDToken)["nonce"] != a.query.Get("nonce") {
			t.Error("the nonce is not the object's")
		}
		for name, object := range map[string]string{
			"a replay":         object,
			"another audience": a.requesting(t, on, claims{"aud": "https://other.example"}),
			"another client":   a.requesting(t, on, claims{"iss": "another"}),
			"no iat":           a.requesting(t, on, claims{"iat": nil}),
			"no exp":           a.requesting(t, on, claims{"exp": nil}),
			"no jti":           a.requesting(t, on, claims{"jti": nil}),
			"too long":         a.requesting(t, on, claims{"iat": seconds(now, 0), "exp": seconds(now, 301)}),
			"expired":          a.requesting(t, on, claims{"iat": seconds(now, -400), "exp": seconds(now, -301)}),
			"another scope":    a.requesting(t, on, claims{"scope": "openid"}),
			"another redirect": a.requesting(t, on, claims{"redirect_uri": a.client.RedirectURIs[1]}),
			"with a sub":       a.requesting(t, on, claims{"sub": a.client.ID}),
			"nested":           a.requesting(t, on, claims{"request": object}),
			"altered":          altered(object),
			"unsigned":         unsigned(t, payload(t, object)),
			"nonsense":         "nonsense",
		} {
			if back := on.visit(t, a.authorize, beside(a, object), nil); back.Get("error") != "invalid_request_object" || back.Has("code") {
				t.Errorf("%s: sent back with %v, want invalid_request_object", name, back)
			}
		}
		query = a.query
		query.Set("request_uri", "https://client.example/request.jwt")
		if back := on.visit(t, a.authorize, query, nil); back.Get("error") != "request_uri_not_supported" {
			t.Errorf("request_uri: sent back with %v", back)
		}
	})
}

// TestBackchannelRequestObject starts CIBA with a signed request (CIBA Core §7.1.1).
func TestBackchannelRequestObject(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		c := on.client(t, "camara-2")
		object := func(others claims) url.Values {
			all := claims{"iss": c.ID, "aud": on.issuer(), "scope": wires[0].verifyScope, "login_hint": "tel:" + freshNumber()}
			return url.Values{"request": {c.Key.sign(t, lasting(on.now(t), all, others))}}
		}
		good := object(nil)
		on.submit(t, backchannelPath, c.credentials(t, on), good).authReqID(t)
		on.submit(t, backchannelPath, c.credentials(t, on), good).wantOAuth(t, 400, "invalid_request_object")
		on.submit(t, backchannelPath, c.credentials(t, on), object(claims{"aud": "https://other.example"})).wantOAuth(t, 400, "invalid_request_object")
		on.submit(t, backchannelPath, c.credentials(t, on), object(claims{"login_hint": nil})).wantOAuth(t, 400, "invalid_request")
	})
}

// TestSecretsOfUnknownClients answers an unknown client as it does a wrong secret.
func TestSecretsOfUnknownClients(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		c := on.withSecret(t)
		form := url.Values{"grant_type": {grantCode}, "code": {"x"}, "redirect_uri": {"x"}}
		wrong := on.submit(t, tokenPath, basic(c.ID, rand.Text()), form)
		unknown := on.submit(t, tokenPath, basic(rand.Text(), c.Secret), form)
		if string(wrong.Body) != string(unknown.Body) || wrong.Status != http.StatusUnauthorized || wrong.Status != unknown.Status {
			t.Errorf("a wrong secret: %d %s, an unknown client: %d %s", wrong.Status, wrong.Body, unknown.Status, unknown.Body)
		}
	})
}
