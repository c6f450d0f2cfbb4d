package api_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// bearerForm is a JWT-bearer request.
func bearerForm(assertion string, pairs ...string) url.Values {
	return merged(form("grant_type", bearerType, "assertion", assertion), pairs...)
}

func TestBearerSubjects(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tel := w.do(post(tokenPath, bearerForm(w.bearerAssertion("camara", "tel:"+subscriber))))
	sim := w.do(post(tokenPath, bearerForm(w.bearerAssertion("camara", "operatortoken:"+w.operatorToken()))))
	for name, a := range map[string]answer{"tel": tel, "operatortoken": sim} {
		if a.status != 200 || a.member("expires_in") != "300" || a.member("refresh_token") != "" || a.member("id_token") != "" {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	w.verify(tel.member("access_token"), subscriber).is(t, 403, notNetwork)
	w.verify(sim.member("access_token"), subscriber).is(t, 200, "")
	w.verify(sim.member("access_token"), subscriber).is(t, 401, "UNAUTHENTICATED")
}

func TestBearerIDToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.do(post(tokenPath, bearerForm(w.bearerAssertion("camara", "operatortoken:"+w.operatorToken(), jwt.MapClaims{"scope": goodScope}))))
	if claims := claimsOf(t, a.member("id_token")); claims["nonce"] != nil || claims["amr"].([]any)[0] != "sba" {
		t.Errorf("the id_token says %v", claims)
	}
}

func TestBearerRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		subject string
		changes jwt.MapClaims
		pairs   []string
		status  int
		code    string
	}{
		"scope in the form":        {"", nil, []string{"scope", scopeVerify}, 400, "invalid_request"},
		"no assertion":             {"", nil, []string{"assertion", ""}, 400, "invalid_request"},
		"a malformed assertion":    {"", nil, []string{"assertion", "x"}, 401, "invalid_client"},
		"an unknown client":        {"", jwt.MapClaims{"iss": "nobody"}, nil, 401, "invalid_client"},
		"another client_id":        {"", nil, []string{"client_id", "other"}, 401, "invalid_client"},
		"iat in the future":        {"", jwt.MapClaims{"iat": noon.Unix() + 31}, nil, 400, "invalid_grant"},
		"expired":                  {"", jwt.MapClaims{"iat": noon.Unix() - 300, "exp": noon.Unix() - 31}, nil, 400, "invalid_grant"},
		"of too long a life":       {"", jwt.MapClaims{"exp": noon.Unix() + 301}, nil, 400, "invalid_grant"},
		"no jti":                   {"", jwt.MapClaims{"jti": nil}, nil, 400, "invalid_grant"},
		"no iat":                   {"", jwt.MapClaims{"iat": nil}, nil, 400, "invalid_grant"},
		"no scope":                 {"", jwt.MapClaims{"scope": nil}, nil, 400, "invalid_grant"},
		"another audience":         {"", jwt.MapClaims{"aud": "https://other.example"}, nil, 400, "invalid_grant"},
		"an unknown scope":         {"", jwt.MapClaims{"scope": "unknown"}, nil, 400, "invalid_scope"},
		"a scope without purpose":  {"", jwt.MapClaims{"scope": scopeVerify}, nil, 400, "invalid_scope"},
		"another subject":          {"mailto:a@example", nil, nil, 400, "invalid_grant"},
		"an address as subject":    {"ipport:192.0.2.1:40000", nil, nil, 400, "invalid_grant"},
		"no subject":               {"", jwt.MapClaims{"sub": nil}, nil, 400, "invalid_grant"},
		"a malformed number":       {"tel:34123456789", nil, nil, 400, "invalid_grant"},
		"a malformed token":        {"operatortoken:x", nil, nil, 400, "invalid_grant"},
		"a client's own assertion": {"camara", nil, nil, 400, "invalid_grant"},
	} {
		w := newWorld(t)
		w.attach("192.0.2.1")
		subject := test.subject
		if subject == "" {
			subject = "tel:" + subscriber
		}
		a := w.do(post(tokenPath, bearerForm(w.bearerAssertion("camara", subject, test.changes), test.pairs...)))
		if a.status != test.status || a.member("error") != test.code {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
		if written, _ := w.watch.take(); len(written) != 0 {
			t.Errorf("%s: wrote %v", name, written)
		}
	}
}

func TestBearerClients(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(post(tokenPath, bearerForm(w.bearerAssertion("konera", "tel:"+subscriber)))).is(t, 400, "unauthorized_client")
	w.do(post(tokenPath, bearerForm(w.bearerAssertion("basic", "tel:"+subscriber)))).is(t, 400, "invalid_grant") // it has no keys
	both := w.do(w.as("camara", tokenPath, bearerForm(w.bearerAssertion("camara", "tel:"+subscriber))))
	both.is(t, 200, "")
	w.do(w.as("other", tokenPath, bearerForm(w.bearerAssertion("camara", "tel:"+subscriber)))).is(t, 400, "invalid_grant")
	w.do(w.as("camara", tokenPath, bearerForm(w.bearerAssertion("camara", "tel:"+subscriber), "client_assertion", "x"))).is(t, 401, "invalid_client")
	forged := sign(t, keys()["stranger"], "JWT", w.dated(jwt.MapClaims{"iss": "camara", "sub": "tel:" + subscriber, "aud": issuer, "scope": goodScope}))
	w.do(post(tokenPath, bearerForm(forged))).is(t, 400, "invalid_grant")
	r := post(tokenPath, bearerForm(w.bearerAssertion("camara", "tel:"+subscriber)))
	r.Header.Set("Authorization", "Bearer x")
	w.do(r).is(t, 401, "invalid_client")
}

func TestBearerAssertionsWorkOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	assertion := w.bearerAssertion("camara", "tel:"+subscriber)
	if counted := parallel(50, func() answer { return w.do(post(tokenPath, bearerForm(assertion))) }); counted[200] != 1 || counted[400] != 49 {
		t.Errorf("answers: %v", counted)
	}
	w.advance(85 * time.Second)
	w.do(post(tokenPath, bearerForm(assertion))).is(t, 400, "invalid_grant")
}
