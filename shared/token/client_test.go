package token_test

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"lineproof/shared/fault"
	"lineproof/shared/phone"
	"lineproof/shared/token"
)

func clockAt() time.Time { return start }

func named(t testing.TB, name string) party {
	for _, p := range parties(t) {
		if p.name == name {
			return p
		}
	}
	t.Fatal("no such party")
	return party{}
}

// Who does not hold the key, or means another, learns nothing of a lifetime.
func TestOnlyGoodAssertionsAreToldThatTheyLiveTooLong(t *testing.T) {
	t.Parallel()
	p, long := named(t, "client"), jwt.MapClaims{"exp": at(601).Unix()}
	forged := p.changed(t, long)
	forged = forged[:len(forged)-8] + "AAAAAAAA"
	for name, raw := range map[string]string{
		"forged":        forged,
		"other sub":     p.changed(t, jwt.MapClaims{"exp": at(601).Unix(), "sub": "canary-other"}),
		"other aud":     p.changed(t, jwt.MapClaims{"exp": at(601).Unix(), "aud": "https://other.example"}),
		"expired":       p.changed(t, jwt.MapClaims{"iat": at(-700).Unix(), "exp": at(-60).Unix()}),
		"not valid yet": p.changed(t, jwt.MapClaims{"iat": at(60).Unix(), "exp": at(700).Unix()}),
	} {
		if err := p.verify(raw, start); fault.Of(err) != fault.InvalidClient {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOperatorsSpeakForTheirPrefixes(t *testing.T) {
	t.Parallel()
	p := named(t, "operator")
	for prefix, covers := range map[string]bool{"3": true, "34": true, "33": false, "": false} {
		operators := token.Operators{operator: {Keys: ring(t, operatorEC()), Prefixes: phone.Prefixes{prefix}}}
		if prefix == "" {
			operators[operator] = token.Operator{Keys: ring(t, operatorEC())}
		}
		n, _, err := operators.Verify(p.good(t), us, start)
		if (err == nil) != covers || n.IsZero() == covers {
			t.Errorf("with %q: %v, %v", prefix, n, err)
		}
		if !covers {
			refused(t, p.good(t), err, fault.InvalidCredentials, "a number that its issuer does not speak for")
		}
	}
}

func TestClientAssertion(t *testing.T) {
	t.Parallel()
	p := named(t, "client")
	for name, changes := range map[string]jwt.MapClaims{
		"no iat":            {"iat": nil},
		"one of many auds":  {"aud": []string{"x", us}},
		"unknown claim":     {"foo": []any{1, "two", nil}},
		"shorter than most": {"exp": at(1).Unix()},
	} {
		if err := p.verify(p.changed(t, changes), start); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for reason, changes := range map[string]jwt.MapClaims{
		"wrong sub":       {"sub": "canary-other"},
		"wrong iss":       {"iss": "canary-other", "sub": "canary-other"},
		"wrong aud":       {"aud": client},
		"wrong signature": nil,
	} {
		raw := p.changed(t, changes)
		if changes == nil {
			raw = raw[:len(raw)-8] + "AAAAAAAA"
		}
		refused(t, raw, p.verify(raw, start), fault.InvalidClient, reason)
	}
	long := p.changed(t, jwt.MapClaims{"iat": nil, "exp": at(331).Unix()})
	refused(t, long, p.verify(long, start), fault.LongAssertion, "lives too long")
	if _, err := token.ClientAssertion(p.changed(t, jwt.MapClaims{"iss": "", "sub": ""}), ring(t, clientEC()), "", []string{endpoint}, start); err == nil {
		t.Error("a client without a name passed")
	}
	if _, err := token.ClientAssertion(p.changed(t, jwt.MapClaims{"aud": ""}), ring(t, clientEC()), client, []string{""}, start); err == nil {
		t.Error("an audience without a name passed")
	}
	if _, err := token.ClientAssertion(p.good(t), nil, client, []string{endpoint}, start); fault.Of(err) != fault.InvalidClient {
		t.Errorf("a client without keys: %v", err)
	}
}

// A key serves one algorithm; an RSA key says PS256 to serve it.
func TestClientAlgorithms(t *testing.T) {
	t.Parallel()
	p := named(t, "client")
	pss := token.Key{Alg: token.PS256, Public: clientRSA().Public}
	pss.ID = "pss"
	keys := ring(t, clientEC(), clientRSA(), pss)
	for _, c := range []struct {
		alg, kid string
		good     bool
	}{
		{token.RS256, clientRSA().ID, true},
		{token.RS256, "", true},
		{token.PS256, "pss", true},
		{token.PS256, "", true},
		{token.PS256, clientRSA().ID, false},
		{token.RS256, "pss", false},
		{"RS384", clientRSA().ID, false},
		{"RS512", "", false},
	} {
		header := map[string]any{"alg": c.alg}
		if c.kid != "" {
			header["kid"] = c.kid
		}
		raw := forge(t, c.alg, clientRSA().Private(), header, p.claims)
		if _, err := token.ClientAssertion(raw, keys, client, []string{endpoint}, start); (err == nil) != c.good {
			t.Errorf("%s under kid %q: %v", c.alg, c.kid, err)
		}
	}
}

// Without a kid any of the client's keys may have signed, not the first alone.
func TestKidIsOptional(t *testing.T) {
	t.Parallel()
	p := named(t, "client")
	raw := forge(t, token.ES256, clientEC().Private(), map[string]any{"alg": "ES256"}, p.claims)
	if _, err := token.ClientAssertion(raw, ring(t, strangeEC(), clientEC()), client, []string{endpoint}, start); err != nil {
		t.Error(err)
	}
	if _, err := token.ClientAssertion(raw, ring(t, strangeEC()), client, []string{endpoint}, start); err == nil {
		t.Error("another's key opened it")
	}
}

func TestOnceNamesTheToken(t *testing.T) {
	t.Parallel()
	keys, aud := ring(t, clientEC(), clientRSA()), []string{us, endpoint}
	assertion := func(name, jti string) token.Once {
		p := named(t, "client")
		o, err := token.ClientAssertion(p.changed(t, jwt.MapClaims{"iss": name, "sub": name, "jti": jti}), keys, name, aud, start)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	bearer, err := token.BearerAssertion(named(t, "bearer").changed(t, jwt.MapClaims{"iss": "a", "jti": "1"}), keys, "a", aud, start)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for name, o := range map[string]token.Once{
		"a 1": assertion("a", "1"), "a 2": assertion("a", "2"), "b 1": assertion("b", "1"),
		"a1": assertion("a1", "x"), "a 1x": assertion("a", "1x"), "bearer": bearer.Once,
	} {
		if other, taken := seen[o.Key]; taken {
			t.Errorf("%s and %s are one", name, other)
		}
		seen[o.Key] = name
		if !o.Expires.Equal(at(330)) {
			t.Errorf("%s expires at %v: it is accepted until 30 s after its exp", name, o.Expires)
		}
	}
	if assertion("a", "1") != assertion("a", "1") {
		t.Error("one token has two names")
	}
}

func TestAssertionClient(t *testing.T) {
	t.Parallel()
	p := named(t, "client")
	for want, raw := range map[string]string{
		client:         p.good(t),
		"canary-sub":   p.changed(t, jwt.MapClaims{"iss": nil, "sub": "canary-sub"}),
		"canary-other": forge(t, token.ES256, strangeEC().Private(), map[string]any{"alg": "ES256"}, map[string]any{"iss": "canary-other"}),
	} {
		if got := token.AssertionClient(raw); got != want {
			t.Errorf("client %q, want %q", got, want)
		}
	}
	for _, raw := range []string{"", ".", "..", "a.b.c", p.good(t) + "\n", p.raw(t, "7"), p.raw(t, "null"), p.changed(t, jwt.MapClaims{"iss": 1, "sub": true}), strings.Repeat("A", 10000)} {
		if got := token.AssertionClient(raw); got != "" {
			t.Errorf("%.20q has client %q", raw, got)
		}
	}
}

func TestBearerAssertion(t *testing.T) {
	t.Parallel()
	p := named(t, "bearer")
	for _, sub := range []string{"tel:" + number, "operatortoken:abc.def:ghi"} {
		b, err := token.BearerAssertion(p.changed(t, jwt.MapClaims{"sub": sub}), ring(t, clientEC()), client, []string{us}, start)
		if err != nil || b.Subject != sub || b.Scope != "canary-scope" {
			t.Errorf("%s: %v", sub, err)
		}
		if shown := fmt.Sprintf("%v %+v %#v %s", b, b, b, &b) + text(t, map[string]any{"b": b}); strings.Contains(shown, number[1:]) || strings.Contains(shown, "abc") {
			t.Errorf("it shows in %s", shown)
		}
	}
	for sub, reason := range map[any]string{
		"": "wrong sub", client: "wrong sub", "tel:": "wrong sub", "TEL:" + number: "wrong sub", "ipport:1.2.3.4:5": "wrong sub", 7: "wrong sub", "operatortoken": "wrong sub",
	} {
		raw := p.changed(t, jwt.MapClaims{"sub": sub})
		refused(t, raw, p.verify(raw, start), fault.InvalidGrant, reason)
	}
	for _, scope := range []any{nil, "", "  ", 7, []string{"a"}} {
		raw := p.changed(t, jwt.MapClaims{"scope": scope})
		refused(t, raw, p.verify(raw, start), fault.InvalidGrant, "no scope")
	}
}

func TestRequestObject(t *testing.T) {
	t.Parallel()
	p := named(t, "request")
	raw := p.changed(t, jwt.MapClaims{
		"response_type": "code", "max_age": 3600, "big": 12345678901, "fraction": 0.5, "flag": true, "off": false, "claims": map[string]any{"a": []any{1, nil}},
		"nothing": jwt.MapClaims(nil), "nbf": at(0).Unix(),
	})
	got, once, err := token.RequestObject(raw, ring(t, clientEC()), client, []string{us}, start)
	if err != nil || once.Key == "" {
		t.Fatal(err)
	}
	want := url.Values{
		"client_id": {client}, "state": {"canary-state"}, "response_type": {"code"}, "max_age": {"3600"}, "big": {"12345678901"},
		"fraction": {"0.5"}, "flag": {"true"}, "off": {"false"}, "claims": {`{"a":[1,null]}`},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("parameters %v, want %v", got, want)
	}
	for reason, changes := range map[string]jwt.MapClaims{
		"wrong sub":                {"sub": client},
		"wrong client_id":          {"client_id": "canary-other"},
		"request inside a request": {"request": "canary"},
	} {
		raw := p.changed(t, changes)
		refused(t, raw, p.verify(raw, start), fault.InvalidRequestObject, reason)
	}
	raw = p.changed(t, jwt.MapClaims{"request_uri": "https://canary.example"})
	refused(t, raw, p.verify(raw, start), fault.InvalidRequestObject, "request inside a request")
}

// What a client signed for one purpose serves no other (RFC 8725 §2.8).
func TestTokensDoNotPassForEachOther(t *testing.T) {
	t.Parallel()
	all := parties(t)
	for _, p := range all {
		raw := p.good(t)
		for _, other := range all {
			if other.name != p.name && other.verify(raw, start) == nil {
				t.Errorf("a token for %s passed for %s", p.name, other.name)
			}
		}
	}
	untyped := named(t, "request").header(jwt.MapClaims{"typ": nil})
	raw := forge(t, token.ES256, clientEC().Private(), untyped, named(t, "client").claims)
	refused(t, raw, named(t, "request").verify(raw, start), fault.InvalidRequestObject, "wrong sub")
}

// What the SDKs of Vonage send: Node and Python give 15 minutes, PHP one, Java no exp at all; users
// add claims of their own.
func TestApplication(t *testing.T) {
	t.Parallel()
	p := named(t, "application")
	for name, changes := range map[string]jwt.MapClaims{
		"PHP":     {"exp": at(60).Unix()},
		"Java":    {"exp": nil},
		"sub acl": {"sub": "someone", "acl": map[string]any{"paths": map[string]any{"/*/users/**": map[string]any{}}}},
		"a day":   {"exp": at(86400).Unix()},
	} {
		if err := p.verify(p.changed(t, changes), start); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	eternal := p.changed(t, jwt.MapClaims{"exp": nil})
	o, err := token.Application(eternal, ring(t, clientRSA()), application, at(900+30))
	if err != nil || !o.Expires.Equal(at(930)) {
		t.Errorf("without exp: until %v, %v", o.Expires, err)
	}
	refused(t, eternal, p.verify(eternal, at(931)), fault.ExpiredCredentials, "expired")
	for _, id := range []any{nil, "", "canary-other", 7} {
		raw := p.changed(t, jwt.MapClaims{"application_id": id})
		refused(t, raw, p.verify(raw, start), fault.InvalidCredentials, "wrong application_id")
	}
	raw := forge(t, token.ES256, clientEC().Private(), map[string]any{"alg": "ES256"}, p.claims)
	refused(t, raw, p.verify(raw, start), fault.InvalidCredentials, "algorithm not allowed")
	raw = p.changed(t, jwt.MapClaims{"iat": "now", "exp": nil})
	refused(t, raw, p.verify(raw, start), fault.InvalidCredentials, "a required claim is missing")
	if _, err := token.Application(p.changed(t, jwt.MapClaims{"application_id": ""}), ring(t, clientRSA()), "", start); err == nil {
		t.Error("an application without a name passed")
	}
	if token.ApplicationID(p.good(t)) != application || token.ApplicationID("x.y.z") != "" {
		t.Error("the application is told wrongly")
	}
}

func TestOperators(t *testing.T) {
	t.Parallel()
	p := named(t, "operator")
	n, once, err := token.Operators{operator: {Keys: ring(t, operatorEC()), Prefixes: phone.Every}}.Verify(p.good(t), us, start)
	if want, _ := phone.Parse(number); err != nil || n != want || once.Key == "" || !once.Expires.Equal(at(330)) {
		t.Errorf("%v, %v", once, err)
	}
	stranger := forge(t, token.ES256, operatorEC().Private(), p.header(nil), with(p.claims, jwt.MapClaims{"iss": "https://canary.nobody.example"}))
	refused(t, stranger, p.verify(stranger, start), fault.InvalidCredentials, "no key for it")
	none := p.changed(t, jwt.MapClaims{"iss": nil})
	refused(t, none, p.verify(none, start), fault.InvalidCredentials, "no key for it")
	impostor := forge(t, token.ES256, strangeEC().Private(), p.header(jwt.MapClaims{"kid": strangeEC().ID}), p.claims)
	refused(t, impostor, p.verify(impostor, start), fault.InvalidCredentials, "no key for it")
	other := forge(t, token.ES256, operatorEC().Private(), p.header(nil), with(p.claims, jwt.MapClaims{"iss": "https://other.example"}))
	refused(t, other, p.verify(other, start), fault.InvalidCredentials, "no key for it")
	for _, sub := range []any{nil, "", "tel:", number, "tel:34123456789", "tel:" + number + ";ext=1", "sip:" + number} {
		raw := p.changed(t, jwt.MapClaims{"sub": sub})
		refused(t, raw, p.verify(raw, start), fault.InvalidCredentials, "wrong sub")
	}
}

// The subject is fixed here because every client keeps it: it may never change.
func TestPairwiseSubject(t *testing.T) {
	t.Parallel()
	n, _ := phone.Parse(number)
	other, _ := phone.Parse("+34123456780")
	salt := []byte("salt")
	const fixed = "tpzPWnNfnYDJl3vnvMfBAB3x88OqD8mBlcWiarMAeuE"
	if got := token.PairwiseSubject(salt, "sector.example", n); got != fixed {
		t.Errorf("subject %s, want %s", got, fixed)
	}
	seen := map[string]bool{fixed: true}
	for _, s := range []string{
		token.PairwiseSubject(salt, "sector.exampl", n), token.PairwiseSubject(salt, "sector.example", other),
		token.PairwiseSubject([]byte("tlas"), "sector.example", n), token.PairwiseSubject(salt, "sector.example+", n),
	} {
		if seen[s] {
			t.Errorf("%s stands for two", s)
		}
		seen[s] = true
	}
}
