package e2e_test

import (
	"net/http"
	"net/url"
	"testing"
)

const clientAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// assertion gives a client assertion (RFC 7523 §2.2) for the target, with other claims on top.
func (c client) assertion(tb testing.TB, on target, others claims) string {
	tb.Helper()
	return c.Key.sign(tb, lasting(on.now(tb), claims{"iss": c.ID, "sub": c.ID, "aud": on.issuer()}, others))
}

// application gives Vonage's application JWT.
func (c client) application(tb testing.TB, on target, others claims) string {
	tb.Helper()
	return c.Key.sign(tb, lasting(on.now(tb), claims{"application_id": c.ID}, others))
}

// credentials is how a client shows who it is: by headers, or by parameters of the form.
type credentials struct {
	header http.Header
	form   url.Values
}

// asserted are the credentials of a client assertion.
func asserted(assertion string) credentials {
	return credentials{form: url.Values{"client_assertion_type": {clientAssertionType}, "client_assertion": {assertion}}}
}

// bearing are the credentials of a token in the Authorization header.
func bearing(token string) credentials {
	return credentials{header: http.Header{"Authorization": {"Bearer " + token}}}
}

// basic are the credentials of HTTP Basic (RFC 6749 §2.3.1).
func basic(id, secret string) credentials {
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	return credentials{header: r.Header}
}

// posted are the credentials of a secret in the form.
func posted(id, secret string) credentials {
	return credentials{form: url.Values{"client_id": {id}, "client_secret": {secret}}}
}

// credentials gives the client's own.
func (c client) credentials(tb testing.TB, on target) credentials {
	tb.Helper()
	switch c.Method {
	case "private_key_jwt":
		return asserted(c.assertion(tb, on, nil))
	case "client_secret_basic":
		return basic(c.ID, c.Secret)
	case "client_secret_post":
		return posted(c.ID, c.Secret)
	case "application_jwt":
		return bearing(c.application(tb, on, nil))
	default:
		tb.Fatalf("%s authenticates by %q, which nobody here knows", c.ID, c.Method)
		return credentials{}
	}
}

// submit posts a form with credentials.
func (on target) submit(tb testing.TB, path string, as credentials, form url.Values) answer {
	tb.Helper()
	all := url.Values{}
	for _, part := range []url.Values{form, as.form} {
		for name, values := range part {
			all[name] = values
		}
	}
	return on.postForm(tb, path, as.header, all)
}
