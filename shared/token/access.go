package token

import (
	"encoding/base64"
	"errors"
	"time"

	"lineproof/shared/fault"
)

const typeAccess = "at+jwt"

// Issuer signs and verifies our own tokens.
type Issuer struct {
	// Ring is our keys. Signing needs private ones; verification does not.
	Ring Ring
	// Name is our issuer identifier, a URL. It is also the audience of access tokens: issuer and
	// resource are one service.
	Name string
}

// Access is what an access token says (RFC 9068 §2.2). It holds neither a phone number nor how the
// subscriber was authenticated.
type Access struct {
	// ID is the jti, which names the grant.
	ID string
	// Client is the client_id.
	Client string
	// Subject is the pairwise sub.
	Subject string
	// Scope is the granted scope, space-separated.
	Scope string
	// Issued and Expires are iat and exp, in whole seconds on the wire.
	Issued, Expires time.Time
	// Key opens what the grant keeps of an upstream's answer: 32 bytes; empty where it keeps none.
	Key string
	// SingleUse says that the token ends with its first successful call, so that a resource server
	// need not read the grant to know.
	SingleUse bool
}

// Own tells whether the client has the token in its own name: no subscriber stands behind it. A
// subscriber's sub is a hash, which no client is called.
func (a Access) Own() bool { return a.Subject == a.Client }

// accessClaims is the wire form of an Access.
type accessClaims struct {
	Issuer    string `json:"iss"`
	Audience  string `json:"aud"`
	Subject   string `json:"sub"`
	Client    string `json:"client_id"`
	Scope     string `json:"scope"`
	ID        string `json:"jti"`
	Issued    int64  `json:"iat"`
	Expires   int64  `json:"exp"`
	SingleUse bool   `json:"single_use,omitempty"`
	Key       string `json:"key,omitempty"`
}

// Access signs an access token: RFC 9068, ES256. It fails when the ring has no private key for
// that.
func (i Issuer) Access(a Access) (string, error) {
	return i.sign(ES256, typeAccess, accessClaims{
		Issuer:    i.Name,
		Audience:  i.Name,
		Subject:   a.Subject,
		Client:    a.Client,
		Scope:     a.Scope,
		ID:        a.ID,
		Issued:    a.Issued.Unix(),
		Expires:   a.Expires.Unix(),
		SingleUse: a.SingleUse,
		Key:       encode([]byte(a.Key)),
	})
}

// VerifyAccess gives what an access token of ours says at now (RFC 9068 §4), which lies before its
// exp. It fails with a fault.InvalidCredentials when the token is malformed, forged, another
// party's, of another type or for another audience, and with a fault.ExpiredCredentials when
// nothing but its time is wrong.
func (i Issuer) VerifyAccess(raw string, now time.Time) (Access, error) {
	a, err := i.verifyAccess(raw, now)
	return a, credentials(err)
}

func (i Issuer) verifyAccess(raw string, now time.Time) (Access, error) {
	c, err := open(raw, accessAlgs, func(claims) Ring { return i.Ring }, typeAccess)
	switch {
	case err != nil:
		return Access{}, err
	case i.Name == "" || c.text("iss") != i.Name:
		return Access{}, errIssuer
	case !c.meant([]string{i.Name}):
		return Access{}, errAudience
	}
	s, err := c.span(now)
	switch {
	case err != nil:
		return Access{}, err
	case !now.Before(s.expires): // our own clock set it, so no skew excuses
		return Access{}, errExpired
	}
	a := Access{
		ID:        c.text("jti"),
		Client:    c.text("client_id"),
		Subject:   c.text("sub"),
		Scope:     c.text("scope"),
		Issued:    s.issued,
		Expires:   s.expires,
		SingleUse: c["single_use"] == true,
	}
	if key := c.text("key"); key != "" {
		raw, err := base64.RawURLEncoding.DecodeString(key)
		if err != nil {
			return Access{}, errMalformed
		}
		a.Key = string(raw)
	}
	if a.ID == "" || a.Client == "" || a.Subject == "" || a.Issued.IsZero() {
		return Access{}, errMissing
	}
	return a, nil
}

// credentials gives err as the failure of a credential.
func credentials(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errExpired):
		return fault.Wrap(fault.ExpiredCredentials, err)
	default:
		return fault.Wrap(fault.InvalidCredentials, err)
	}
}
