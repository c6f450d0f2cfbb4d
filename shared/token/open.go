package token

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// The allow-lists of algorithms (RFC 8725 §3.1).
var (
	accessAlgs      = []string{ES256}
	idAlgs          = []string{ES256, RS256}
	clientAlgs      = []string{ES256, RS256, PS256}
	applicationAlgs = []string{RS256}
)

// parser reads tokens for all goroutines: it keeps no state. Times are checked here, against the
// caller's clock.
var parser = jwt.NewParser(jwt.WithStrictDecoding(), jwt.WithoutClaimsValidation())

// open checks everything but the claims: form, algorithm, key, signature and typ. The algorithm
// must be one of algs. keys gives the ring of whom the claims say that they come from; it must
// trust nothing else in them. The typ must be one of types, where "" allows a token without.
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

// peek reads the claims without any check but the form. What it gives only serves to look up the
// keys.
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

// wellFormed tells whether raw is base64url and dots alone, and not too long. It comes first
// because Go's base64 skips line breaks, and because no decoder should see more than it needs to.
func wellFormed(raw string) bool {
	if len(raw) > maxLength {
		return false
	}
	for i := range len(raw) {
		switch b := raw[i]; {
		case b >= 'A' && b <= 'Z',
			b >= 'a' && b <= 'z',
			b >= '0' && b <= '9',
			b == '-',
			b == '_',
			b == '.':
		default:
			return false
		}
	}
	return true
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

// mediaType gives a typ header without its optional prefix, in lower case (RFC 7515 §4.1.9); ""
// when there is none, and what no list allows when it is no text.
func mediaType(typ any) string {
	if typ == nil {
		return ""
	}
	text, _ := typ.(string)
	return cmp.Or(strings.TrimPrefix(strings.ToLower(text), "application/"), "?")
}
