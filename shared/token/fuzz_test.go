package token_test

import (
	"testing"

	"lineproof/shared/fault"
	"lineproof/shared/token"
)

// fuzz gives the verifier of one party whatever, as a whole token and as claims under a good
// signature: it must not panic, must refuse as it says, and must leak nothing. What it accepts must
// be signed: a changed text of a good token is none.
func fuzz(f *testing.F, name string) {
	p := named(f, name)
	good := p.good(f)
	for _, raw := range []string{"", "..", good, good + "=", good[:len(good)-1], p.raw(f, "null"), p.raw(f, "{}")} {
		f.Add(raw)
	}
	f.Add(text(f, p.claims))
	f.Add(`{"iss":[],"aud":{},"exp":1e999,"jti":null}`)
	f.Fuzz(func(t *testing.T, input string) {
		if err := p.verify(input, start); err != nil {
			p.owns(t, input, err)
		} else if input != good {
			t.Errorf("accepted %q", input)
		}
		raw := p.raw(t, input)
		if err := p.verify(raw, start); err != nil {
			p.owns(t, raw, err)
		}
	})
}

// owns checks that err is the party's kind of refusal.
func (p party) owns(t *testing.T, raw string, err error) {
	t.Helper()
	if got := fault.Of(err); got != p.kind && got != fault.ExpiredCredentials {
		t.Errorf("refused with %v", err)
	}
	leaksNothing(t, raw, err)
}

func FuzzVerifyAccess(f *testing.F)    { fuzz(f, "access") }
func FuzzClientAssertion(f *testing.F) { fuzz(f, "client") }
func FuzzBearerAssertion(f *testing.F) { fuzz(f, "bearer") }
func FuzzRequestObject(f *testing.F)   { fuzz(f, "request") }
func FuzzApplication(f *testing.F)     { fuzz(f, "application") }
func FuzzOperator(f *testing.F)        { fuzz(f, "operator") }

// FuzzAssertionClient reads what nobody has verified.
func FuzzAssertionClient(f *testing.F) {
	f.Add(named(f, "client").good(f))
	f.Add(named(f, "application").good(f))
	f.Fuzz(func(_ *testing.T, raw string) {
		token.AssertionClient(raw)
		token.ApplicationID(raw)
	})
}

// FuzzParseJWKS reads key sets; what it reads it must write and read again alike.
func FuzzParseJWKS(f *testing.F) {
	f.Add(set(rsaKey, ecKey))
	f.Add(set(ecPrivate))
	f.Add(ring(f, ourRSA()).PrivateJWKS())
	f.Add([]byte(`{"keys":[{"kty":"RSA","n":"AQ","e":"AQAB"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		_, _ = token.ParsePrivateJWKS(text)
		r, err := token.ParseJWKS(text)
		if err != nil {
			return
		}
		again, err := token.ParseJWKS(r.JWKS())
		if err != nil || string(again.JWKS()) != string(r.JWKS()) {
			t.Errorf("%s came back as %s, %v", r.JWKS(), again.JWKS(), err)
		}
	})
}
