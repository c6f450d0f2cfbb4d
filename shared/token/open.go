package token

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"
)

// The allow-lists of algorithms (RFC 8725 §3.1).
var (
	accessAlgs      = []string{ES256}
	clientAlgs      = []string{ES256, RS256, PS256}
	applicationAlgs = []string{RS256}
)

// parser reads tokens for all goroutines: it keeps no state. Times are checked here, against the caller's clock.
var parser = jwt.NewParser(jwt.WithStrictDecoding(), jwt.WithoutClaimsValidation())

// open checks everything but the claims: form, algorithm, key, signature and typ. The algorithm must be one of algs. keys gives
// the ring of whom the claims say that they come from; it must trust nothing else in them. The typ must be one of types, where
// "" allows a token without.
func open(raw string, algs []string, keys func(claims) Ring, types ...string) (claims, error) {
	if !wellFormed(raw) {
		return nil, errMalformed
	}
	var c carrier
	parsed, err := parser.ParseWithClaims(raw, &c, func(t *jwt.Token) (any, error) {
		if !slices.Contains(algs, t.Method.Alg()) {
			return nil, errAlgorithm
		}
		return choose(t, keys(c.claims))
	})
	if err != nil {
		return nil, explain(err)
	}
	if !slices.Contains(types, mediaType(parsed.Header["typ"])) {
		return nil, errType
	}
	return c.claims, nil
}

// peek reads the claims without any check but the form. What it gives only serves to look up the keys.
func peek(raw string) claims {
	var c carrier
	if !wellFormed(raw) {
		return nil
	}
	if _, _, err := parser.ParseUnverified(raw, &c); err != nil {
		return nil
	}
	return c.claims
}

// wellFormed tells whether raw is three parts of base64url and not too long. It comes first because Go's base64 skips line
// breaks, and because no decoder should see more than it needs to.
func wellFormed(raw string) bool {
	if len(raw) > maxLength {
		return false
	}
	dots := 0
	for i := range len(raw) {
		switch b := raw[i]; {
		case b >= 'A' && b <= 'Z', b >= 'a' && b <= 'z', b >= '0' && b <= '9', b == '-', b == '_':
		case b == '.':
			dots++
		default:
			return false
		}
	}
	return dots == 2
}

// choose gives the keys of ring that may have signed t.
func choose(t *jwt.Token, ring Ring) (any, error) {
	if _, critical := t.Header["crit"]; critical {
		return nil, errCritical
	}
	kid, isText := t.Header["kid"].(string)
	if _, present := t.Header["kid"]; present && (!isText || kid == "") {
		return nil, errKey
	}
	keys := ring.candidates(t.Method.Alg(), kid)
	if len(keys) == 0 {
		return nil, errKey
	}
	return jwt.VerificationKeySet{Keys: keys}, nil
}

// explain turns an error of golang-jwt, which may hold parts of the token, into a reason of ours.
func explain(err error) error {
	var own reason
	switch {
	case errors.As(err, &own):
		return own
	case errors.Is(err, jwt.ErrTokenMalformed):
		return errMalformed
	case errors.Is(err, jwt.ErrTokenUnverifiable): // an algorithm that nobody knows
		return errAlgorithm
	default:
		return errSignature
	}
}

// mediaType gives a typ header without its optional prefix, in lower case (RFC 7515 §4.1.9).
func mediaType(typ any) string {
	text, _ := typ.(string)
	return strings.TrimPrefix(strings.ToLower(text), "application/")
}

// claims is a JWT claims set, by exact name.
type claims map[string]any

// carrier receives the claims from golang-jwt's parser, whose Claims interface it fulfils by the embedded set.
type carrier struct {
	jwt.MapClaims
	claims claims
}

// UnmarshalJSON refuses what is not UTF-8, where encoding/json would replace it.
func (c *carrier) UnmarshalJSON(text []byte) error {
	if !utf8.Valid(text) {
		return errMalformed
	}
	return json.Unmarshal(text, &c.claims)
}

// text gives a claim that is a string, or "".
func (c claims) text(name string) string {
	text, _ := c[name].(string)
	return text
}

// audience gives aud, which is a string or an array of them (RFC 7519 §4.1.3); nil when it is anything else.
func (c claims) audience() []string {
	switch aud := c["aud"].(type) {
	case string:
		return []string{aud}
	case []any:
		all := make([]string, len(aud))
		for i, a := range aud {
			text, ok := a.(string)
			if !ok {
				return nil
			}
			all[i] = text
		}
		return all
	default:
		return nil
	}
}

// meant tells whether aud names one of us.
func (c claims) meant(us []string) bool {
	return slices.ContainsFunc(c.audience(), func(aud string) bool { return aud != "" && slices.Contains(us, aud) })
}

// lastSecond is the end of the year 9999, the last that a time can name.
const lastSecond = 253402300799

// time gives a NumericDate (RFC 7519 §2), or the zero time when the claim is absent.
func (c claims) time(name string) (time.Time, error) {
	value, present := c[name]
	if !present {
		return time.Time{}, nil
	}
	seconds, ok := value.(float64)
	if !ok || seconds < 0 || seconds > lastSecond {
		return time.Time{}, errTime
	}
	return time.UnixMilli(int64(seconds * 1000)), nil
}

// span is when a token was issued and when it ends.
type span struct{ issued, expires time.Time }

// span checks that the claims are valid at now, within Skew, and gives their times. exp must be there; iat and nbf count when they are.
func (c claims) span(now time.Time) (span, error) {
	issued, errIssued := c.time("iat")
	expires, errExpires := c.time("exp")
	begins, errBegins := c.time("nbf")
	switch {
	case errIssued != nil || errExpires != nil || errBegins != nil:
		return span{}, errTime
	case expires.IsZero():
		return span{}, errMissing
	case now.After(expires.Add(Skew)):
		return span{}, errExpired
	case now.Before(issued.Add(-Skew)), now.Before(begins.Add(-Skew)):
		return span{}, errNotYet
	}
	return span{issued, expires}, nil
}

// within checks that the span is no longer than limit, measured from iat and from now.
func (s span) within(limit time.Duration, now time.Time) error {
	if s.expires.After(now.Add(limit+Skew)) || !s.issued.IsZero() && s.expires.Sub(s.issued) > limit {
		return errLifetime
	}
	return nil
}
