package token_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"lineproof/shared/fault"
	"lineproof/shared/token"
)

func TestGoodTokensAreAccepted(t *testing.T) {
	t.Parallel()
	for _, p := range parties(t) {
		if err := p.verify(p.good(t), start); err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
	}
}

// Whatever a token is for, nothing but its owner's signature opens it.
func TestForgeriesAreRefused(t *testing.T) {
	t.Parallel()
	for _, p := range parties(t) {
		stranger := strangeEC()
		if p.key.Alg == token.RS256 {
			stranger = strangeRSA()
		}
		strangerJWK := text(t, struct{ Keys string }{string(ring(t, stranger).JWKS())})
		public := ring(t, p.key).JWKS()
		good := p.good(t)
		parts := strings.Split(good, ".")
		forgeries := []struct{ name, raw, reason string }{
			{"empty", "", "malformed"},
			{"one part", parts[0], "malformed"},
			{"two parts", parts[0] + "." + parts[1], "malformed"},
			{"four parts", good + "." + parts[2], "malformed"},
			{"doubled dots", strings.Replace(good, ".", "..", 1), "malformed"},
			{"empty parts", "..", "malformed"},
			{"line break", good + "\n", "malformed"},
			{"line break inside", good[:20] + "\r\n" + good[20:], "malformed"},
			{"padding", good + "=", "malformed"},
			{"not ASCII", "é" + good, "malformed"},
			{"not base64", parts[0] + ".A." + parts[2], "malformed"},
			{"loose last bits", loosen(good), "malformed"},
			{"huge", parts[0] + "." + parts[1] + "." + strings.Repeat("A", 9000), "malformed"},
			{"header is no object", segment("[]") + "." + parts[1] + "." + parts[2], "malformed"},
			{"claims are no object", p.raw(t, `[]`), "malformed"},
			{"claims with a tail", p.raw(t, text(t, p.claims)+"{}"), "malformed"},
			{"claims not UTF-8", p.raw(t, strings.Replace(text(t, p.claims), "canary", "canary\xff", 1)), "malformed"},
			{"no signature", parts[0] + "." + parts[1] + ".", "wrong signature"},
			{"other claims", parts[0] + "." + segment(text(t, with(p.claims, jwt.MapClaims{"sub": "other"}))) + "." + parts[2], "wrong signature"},
			{"alg none", forge(t, "none", jwt.UnsafeAllowNoneSignatureType, p.header(jwt.MapClaims{"alg": "none"}), p.claims), "algorithm not allowed"},
			{"alg None", forge(t, "none", jwt.UnsafeAllowNoneSignatureType, p.header(jwt.MapClaims{"alg": "None"}), p.claims), "algorithm not allowed"},
			{"alg absent", forge(t, p.key.Alg, p.key.Private(), p.header(jwt.MapClaims{"alg": nil}), p.claims), "algorithm not allowed"},
			{"alg unknown", forge(t, p.key.Alg, p.key.Private(), p.header(jwt.MapClaims{"alg": "XX256"}), p.claims), "algorithm not allowed"},
			{"alg is a number", forge(t, p.key.Alg, p.key.Private(), p.header(jwt.MapClaims{"alg": 1}), p.claims), "algorithm not allowed"},
			{"HS256 with the public key", forge(t, "HS256", public, p.header(jwt.MapClaims{"alg": "HS256"}), p.claims), "algorithm not allowed"},
			{"other key under our kid", forge(t, p.key.Alg, stranger.Private(), p.header(nil), p.claims), "wrong signature"},
			{"other key under its kid", forge(t, p.key.Alg, stranger.Private(), p.header(jwt.MapClaims{"kid": stranger.ID}), p.claims), "no key for it"},
			{"kid empty", forge(t, p.key.Alg, p.key.Private(), p.header(jwt.MapClaims{"kid": ""}), p.claims), "no key for it"},
			{"kid is a number", forge(t, p.key.Alg, p.key.Private(), p.header(jwt.MapClaims{"kid": 7}), p.claims), "no key for it"},
			{"jwk header", forge(t, p.key.Alg, stranger.Private(), p.header(jwt.MapClaims{"jwk": strangerJWK}), p.claims), "wrong signature"},
			{"jku header", forge(t, p.key.Alg, stranger.Private(), p.header(jwt.MapClaims{"jku": "https://canary.evil.example/jwks"}), p.claims), "wrong signature"},
			{"x5u header", forge(t, p.key.Alg, stranger.Private(), p.header(jwt.MapClaims{"x5u": "https://canary.evil.example/x5u"}), p.claims), "wrong signature"},
			{"crit header", forge(t, p.key.Alg, p.key.Private(), p.header(jwt.MapClaims{"crit": []string{"b64"}, "b64": false}), p.claims), "critical header not understood"},
			{"typ of another token", forge(t, p.key.Alg, p.key.Private(), p.header(jwt.MapClaims{"typ": "secevent+jwt"}), p.claims), "wrong typ"},
			{"typ is empty", forge(t, p.key.Alg, p.key.Private(), p.header(jwt.MapClaims{"typ": ""}), p.claims), "wrong typ"},
			{"typ is a number", forge(t, p.key.Alg, p.key.Private(), p.header(jwt.MapClaims{"typ": 7}), p.claims), "wrong typ"},
		}
		for _, f := range forgeries {
			t.Run(p.name+"/"+f.name, func(t *testing.T) {
				t.Parallel()
				refused(t, f.raw, p.verify(f.raw, start), p.kind, f.reason)
			})
		}
	}
}

// raw signs a payload that need not be JSON.
func (p party) raw(t testing.TB, payload string) string {
	return forgeText(t, p.key.Alg, p.key.Private(), p.header(nil), payload)
}

// loosen changes the bits of the last character that no byte of the signature holds: the same
// signature in another spelling.
func loosen(raw string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, raw[len(raw)-1])
	return raw[:len(raw)-1] + string(alphabet[last^1])
}

// A key header that points elsewhere does no harm when the signature is good: it is not read.
func TestKeyHeadersAreIgnored(t *testing.T) {
	t.Parallel()
	for _, p := range parties(t) {
		raw := forge(t, p.key.Alg, p.key.Private(), p.header(jwt.MapClaims{"jku": "https://evil.example", "x5u": "https://evil.example", "jwk": map[string]any{"kty": "EC"}}), p.claims)
		if err := p.verify(raw, start); err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
	}
}

func TestClaimsAreChecked(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		changes jwt.MapClaims
		reason  string
		but     string // the parties to whom it does not apply
	}{
		{"no jti", jwt.MapClaims{"jti": nil}, "a required claim is missing", ""},
		{"jti is a number", jwt.MapClaims{"jti": 5}, "a required claim is missing", ""},
		{"jti empty", jwt.MapClaims{"jti": ""}, "a required claim is missing", ""},
		{"no exp", jwt.MapClaims{"exp": nil}, "a required claim is missing", "application"},
		{"no iat", jwt.MapClaims{"iat": nil}, "a required claim is missing", "client"},
		{"exp is text", jwt.MapClaims{"exp": "2147483647"}, "a time is not a number of seconds", ""},
		{"exp is null", jwt.MapClaims{"exp": json.RawMessage("null")}, "a time is not a number of seconds", ""},
		{"exp is negative", jwt.MapClaims{"exp": -1}, "a time is not a number of seconds", ""},
		{"exp is no time", jwt.MapClaims{"exp": 1e300}, "a time is not a number of seconds", ""},
		{"nbf is text", jwt.MapClaims{"nbf": "0"}, "a time is not a number of seconds", ""},
		{"no iss", jwt.MapClaims{"iss": nil}, "wrong iss", "application operator"},
		{"other iss", jwt.MapClaims{"iss": "https://canary.other.example"}, "wrong iss", "application operator"},
		{"iss in capitals", jwt.MapClaims{"iss": nil, "ISS": us}, "wrong iss", "application operator"},
		{"no aud", jwt.MapClaims{"aud": nil}, "wrong aud", "application"},
		{"empty aud", jwt.MapClaims{"aud": ""}, "wrong aud", "application"},
		{"other aud", jwt.MapClaims{"aud": us + "/"}, "wrong aud", "application"},
		{"other auds", jwt.MapClaims{"aud": []string{"a", "b"}}, "wrong aud", "application"},
		{"no auds", jwt.MapClaims{"aud": []string{}}, "wrong aud", "application"},
		{"auds of numbers", jwt.MapClaims{"aud": []any{us, endpoint, 7}}, "wrong aud", "application"},
		{"aud is an object", jwt.MapClaims{"aud": map[string]any{us: us}}, "wrong aud", "application"},
	}
	for _, p := range parties(t) {
		for _, c := range cases {
			if strings.Contains(c.but, p.name) {
				continue
			}
			raw := p.changed(t, c.changes)
			t.Run(p.name+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				refused(t, raw, p.verify(raw, start), p.kind, c.reason)
			})
		}
	}
}

func TestAudienceMayBeOneOfMany(t *testing.T) {
	t.Parallel()
	for _, p := range parties(t) {
		if p.name == "application" {
			continue
		}
		if err := p.verify(p.changed(t, jwt.MapClaims{"aud": []string{"https://other.example", us}}), start); err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
	}
}

// clockCase is a token presented at a moment, and what comes of it.
type clockCase struct {
	name    string
	changes jwt.MapClaims
	now     time.Time
	kind    fault.Kind
	reason  string // "" when it is accepted
}

func TestClocksMayDifferByThirtySeconds(t *testing.T) {
	t.Parallel()
	for _, p := range parties(t) {
		expired := p.kind
		if expired == fault.InvalidCredentials {
			expired = fault.ExpiredCredentials
		}
		cases := []clockCase{
			{"1 s before exp", jwt.MapClaims{"exp": at(60).Unix()}, at(59), 0, ""},
			{"31 s after exp", jwt.MapClaims{"exp": at(60).Unix()}, at(91), expired, "expired"},
			{"301 s after exp", nil, at(p.life + 301), expired, "expired"},
			{"30 s before iat", nil, at(-30), 0, ""},
			{"31 s before iat", nil, at(-31), p.kind, "not valid yet"},
			{"301 s before iat", nil, at(-301), p.kind, "not valid yet"},
			{"30 s before nbf", jwt.MapClaims{"nbf": at(30).Unix()}, start, 0, ""},
			{"31 s before nbf", jwt.MapClaims{"nbf": at(31).Unix()}, start, p.kind, "not valid yet"},
			{"301 s before nbf", jwt.MapClaims{"nbf": at(301).Unix()}, start, p.kind, "not valid yet"},
			{"times with fractions", jwt.MapClaims{"iat": float64(at(0).Unix()) + 0.25, "exp": float64(at(300).Unix()) + 0.25}, start, 0, ""},
		}
		if p.name == "access" { // it was made by our own clock
			cases = append(cases, clockCase{"at exp", jwt.MapClaims{"exp": at(60).Unix()}, at(60), expired, "expired"})
		} else {
			cases = append(cases, clockCase{"30 s after exp", jwt.MapClaims{"exp": at(60).Unix()}, at(90), 0, ""})
		}
		if p.limit == 300 { // it was made just now, by a clock that is behind
			cases = append(cases, clockCase{"a whole life of 300 s old", nil, at(p.limit), 0, ""},
				clockCase{"301 s of 300 s old", nil, at(p.limit + 1), expired, "expired"})
		}
		for _, c := range cases {
			raw := p.changed(t, c.changes)
			t.Run(p.name+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				err := p.verify(raw, c.now)
				if c.reason == "" {
					if err != nil {
						t.Error(err)
					}
					return
				}
				refused(t, raw, err, c.kind, c.reason)
			})
		}
	}
}

func TestLifetimesAreBounded(t *testing.T) {
	t.Parallel()
	for _, p := range parties(t) {
		if p.limit == 0 {
			continue
		}
		longest := p.changed(t, jwt.MapClaims{"exp": at(p.limit).Unix()})
		if err := p.verify(longest, start); err != nil {
			t.Errorf("%s: the longest is refused: %v", p.name, err)
		}
		tooLong := p.changed(t, jwt.MapClaims{"exp": at(p.limit + 1).Unix()})
		long := p.kind
		if p.name == "client" {
			long = fault.LongAssertion
		}
		refused(t, tooLong, p.verify(tooLong, start), long, "lives too long")
		early := p.changed(t, jwt.MapClaims{"iat": at(-3600).Unix(), "exp": at(p.limit).Unix()})
		refused(t, early, p.verify(early, start), long, "lives too long")
	}
}
