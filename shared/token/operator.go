package token

import (
	"crypto/sha256"
	"strings"
	"time"

	"lineproof/shared/phone"
)

// Operators are the issuers of TS.43 operator tokens that we trust, by iss.
type Operators map[string]Operator

// Operator is an issuer of operator tokens.
type Operator struct {
	// Keys are its public keys.
	Keys Ring
	// Prefixes are those of the numbers that it speaks for.
	Prefixes phone.Prefixes
}

// Verify gives the number that an operator token vouches for (GSMA TS.43 temporary token, as a
// JWT): iss is one of the operators and the key is that operator's, sub is "tel:+E164" of a number
// that it speaks for, aud holds audience, iat, exp and jti are there, and it lives at most 300 s.
//
// Whether it came as a hint or in an assertion is the caller's to know, so it fails as any
// credential does: with a fault.ExpiredCredentials when nothing but its time is wrong, else with a
// fault.InvalidCredentials.
func (o Operators) Verify(raw, audience string, now time.Time) (phone.Number, Once, error) {
	n, seen, err := o.verify(raw, audience, now)
	return n, seen, credentials(err)
}

func (o Operators) verify(raw, audience string, now time.Time) (phone.Number, Once, error) {
	var none phone.Number
	c, err := open(raw, clientAlgs, func(c claims) Ring { return o[c.text("iss")].Keys }, "", "jwt")
	if err != nil {
		return none, Once{}, err
	}
	if !c.meant([]string{audience}) {
		return none, Once{}, errAudience
	}
	s, err := c.span(now)
	if err != nil {
		return none, Once{}, err
	}
	if s.issued.IsZero() {
		return none, Once{}, errMissing
	}
	if err := s.within(MaxLifetime, now); err != nil {
		return none, Once{}, err
	}
	number, isTel := strings.CutPrefix(c.text("sub"), "tel:")
	n, err := phone.Parse(number)
	if !isTel || err != nil {
		return none, Once{}, errSubject
	}
	if !o[c.text("iss")].Prefixes.Cover(n) {
		return none, Once{}, errPrefix
	}
	seen, err := once("operator", c.text("iss"), c, s.expires)
	if err != nil {
		return none, Once{}, err
	}
	return n, seen, nil
}

// Issued tells whether one of the operators issued the token, by what it says itself, unverified.
// Nobody else can be asked about such a one.
func (o Operators) Issued(raw string) bool {
	_, ours := o[OperatorOf(raw)]
	return ours
}

// OperatorOf returns the iss of an operator token, unverified; empty for one that is no JWT. TS.43
// leaves the form of the tokens to the operators.
func OperatorOf(raw string) string { return peek(raw).text("iss") }

// opaqueKept is how long an operator token is remembered that nobody here can read: longer than
// TS.43 tokens live.
const opaqueKept = time.Hour

// Opaque returns what is to be recorded of an operator token that nobody here can read, before its
// operator is asked about it at now.
func Opaque(raw string, now time.Time) Once {
	sum := sha256.Sum256([]byte("opaque operator token\x00" + raw))
	return Once{Key: encode(sum[:]), Expires: now.Add(opaqueKept)}
}
