package token_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"lineproof/shared/fault"
	"lineproof/shared/phone"
	"lineproof/shared/token"
)

// The parties of these tests. Every name holds the word that no error may show.
const (
	us          = "https://canary.us.example"
	endpoint    = us + "/oauth2/token"
	client      = "canary-client"
	application = "canary-application"
	operator    = "https://canary.operator.example"
	number      = "+34123456789"
)

var start = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func at(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }

// Keys are made once: RSA ones take a while.
var (
	ourEC      = once(token.ES256)
	ourRSA     = once(token.RS256)
	clientEC   = once(token.ES256)
	clientRSA  = once(token.RS256)
	operatorEC = once(token.ES256)
	strangeEC  = once(token.ES256)
	strangeRSA = once(token.RS256)
)

func once(alg string) func() token.Key {
	return sync.OnceValue(func() token.Key {
		k, err := token.Generate(alg)
		if err != nil {
			panic(err)
		}
		return k
	})
}

func ring(t testing.TB, keys ...token.Key) token.Ring {
	t.Helper()
	r, err := token.NewRing(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// public returns the ring of the keys without their private halves.
func public(t testing.TB, keys ...token.Key) token.Ring {
	t.Helper()
	r, err := token.ParseJWKS(ring(t, keys...).JWKS())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// party is one kind of token: how a good one looks, and who verifies it.
type party struct {
	name   string
	key    token.Key
	typ    string
	claims jwt.MapClaims
	kind   fault.Kind // of its refusals, except that of an expired credential
	life   int        // seconds from iat to exp in claims
	limit  int        // seconds that it may live; 0 without a limit
	verify func(raw string, now time.Time) error
}

func parties(t testing.TB) []party {
	keys := public(t, clientEC(), clientRSA())
	mine := token.Issuer{Ring: public(t, ourEC(), ourRSA()), Name: us}
	trusted := token.Operators{
		operator:                {Keys: public(t, operatorEC()), Prefixes: phone.Every},
		"https://other.example": {Keys: public(t, strangeEC()), Prefixes: phone.Every},
	}
	audiences := []string{us, endpoint}
	return []party{
		{
			name: "access", key: ourEC(), typ: "at+jwt", kind: fault.InvalidCredentials, life: 300,
			claims: with(signed(us, us), jwt.MapClaims{"sub": "canary-sub", "client_id": client, "scope": "openid"}),
			verify: func(raw string, now time.Time) error { _, err := mine.VerifyAccess(raw, now); return err },
		},
		{
			name: "client", key: clientEC(), typ: "JWT", kind: fault.InvalidClient, life: 300, limit: 300,
			claims: with(signed(client, endpoint), jwt.MapClaims{"sub": client}),
			verify: func(raw string, now time.Time) error {
				_, err := token.ClientAssertion(raw, keys, client, audiences, now)
				return err
			},
		},
		{
			name: "bearer", key: clientEC(), typ: "JWT", kind: fault.InvalidGrant, life: 300, limit: 300,
			claims: with(signed(client, us), jwt.MapClaims{"sub": "tel:" + number, "scope": "canary-scope"}),
			verify: func(raw string, now time.Time) error {
				_, err := token.BearerAssertion(raw, keys, client, audiences, now)
				return err
			},
		},
		{
			name: "request", key: clientEC(), typ: "oauth-authz-req+jwt", kind: fault.InvalidRequestObject, life: 300, limit: 300,
			claims: with(signed(client, us), jwt.MapClaims{"client_id": client, "state": "canary-state"}),
			verify: func(raw string, now time.Time) error {
				_, _, err := token.RequestObject(raw, keys, client, audiences, now)
				return err
			},
		},
		{
			name: "application", key: clientRSA(), typ: "JWT", kind: fault.InvalidCredentials, life: 900, limit: 86400,
			claims: with(signed("", ""), jwt.MapClaims{"application_id": application, "exp": at(900).Unix()}),
			verify: func(raw string, now time.Time) error {
				_, err := token.Application(raw, keys, application, now)
				return err
			},
		},
		{
			name: "operator", key: operatorEC(), typ: "JWT", kind: fault.InvalidCredentials, life: 300, limit: 300,
			claims: with(signed(operator, us), jwt.MapClaims{"sub": "tel:" + number}),
			verify: func(raw string, now time.Time) error { _, _, err := trusted.Verify(raw, us, now); return err },
		},
	}
}

// signed gives the claims that most tokens share; empty ones are left out.
func signed(iss, aud string) jwt.MapClaims {
	c := jwt.MapClaims{"iat": at(0).Unix(), "exp": at(300).Unix(), "jti": "canary-jti"}
	if iss != "" {
		c["iss"], c["aud"] = iss, aud
	}
	return c
}

// with gives the claims changed; a nil value takes one away.
func with(claims, changes jwt.MapClaims) jwt.MapClaims {
	changed := maps.Clone(claims)
	for name, value := range changes {
		if value == nil {
			delete(changed, name)
			continue
		}
		changed[name] = value
	}
	return changed
}

// good gives the party's token as it should be.
func (p party) good(t testing.TB) string {
	return forge(t, p.key.Alg, p.key.Private(), p.header(nil), p.claims)
}

// changed gives the party's token with other claims.
func (p party) changed(t testing.TB, changes jwt.MapClaims) string {
	return forge(t, p.key.Alg, p.key.Private(), p.header(nil), with(p.claims, changes))
}

func (p party) header(changes map[string]any) map[string]any {
	return with(jwt.MapClaims{"alg": p.key.Alg, "typ": p.typ, "kid": p.key.ID}, changes)
}

// forge signs whatever it is told to.
func forge(t testing.TB, alg string, key any, header, claims map[string]any) string {
	t.Helper()
	return forgeText(t, alg, key, header, text(t, claims))
}

func forgeText(t testing.TB, alg string, key any, header map[string]any, payload string) string {
	t.Helper()
	body := segment(text(t, header)) + "." + segment(payload)
	signature, err := jwt.GetSigningMethod(alg).Sign(body, key)
	if err != nil {
		t.Fatal(err)
	}
	return body + "." + segment(string(signature))
}

func text(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func segment(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// refused checks that err is of the kind, has the reason, and shows nothing of the token, however
// it is printed.
func refused(t *testing.T, raw string, err error, kind fault.Kind, reason string) {
	t.Helper()
	if err == nil {
		t.Fatal("accepted")
	}
	if fault.Of(err) != kind || !strings.HasSuffix(err.Error(), reason) {
		t.Errorf("refused with %v, want %v because of %q", err, kind, reason)
	}
	leaksNothing(t, raw, err)
}

func leaksNothing(t *testing.T, raw string, err error) {
	t.Helper()
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("refused", "error", err)
	shown := log.String()
	for e := err; e != nil; e = errors.Unwrap(e) {
		shown += fmt.Sprintf("%v %+v %#v", e, e, e)
	}
	if strings.Contains(shown, "canary") || strings.Contains(shown, number[1:]) {
		t.Errorf("a claim shows in %s", shown)
	}
	const window = 10
	for i := 0; i+window <= len(raw); i++ {
		if strings.Contains(shown, raw[i:i+window]) {
			t.Errorf("%q of the token shows in %s", raw[i:i+window], shown)
			return
		}
	}
}

func unsegment(s string) string {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}
