package token

import (
	"errors"
	"time"
)

// NewAssertion signs the private_key_jwt (RFC 7523 §3) by which we authenticate as a client of
// another server: iss and sub are the client_id that it gave us, aud is its token endpoint's URL
// alone, and it lives for a minute from now. It fails when the ring has no private key.
func NewAssertion(keys Ring, client, endpoint, jti string, now time.Time) (string, error) {
	return keys.assert(assertion{Issuer: client, Subject: client, Audience: endpoint, ID: jti}, now)
}

// NewBearer signs the assertion by which we ask another server for the token of a subscriber, as
// its client of that client_id (RFC 7523 §2.1, CAMARA's profile): sub names the subscriber, scope
// is what is asked for, aud is its token endpoint's URL alone, and it lives for a minute from now.
// It fails when the ring has no private key.
func NewBearer(
	keys Ring, client, endpoint, subject, scope, jti string, now time.Time,
) (string, error) {
	return keys.assert(assertion{
		Issuer: client, Subject: subject, Audience: endpoint, ID: jti, Scope: scope,
	}, now)
}

// assert signs an assertion by the first private key.
func (r Ring) assert(a assertion, now time.Time) (string, error) {
	a.Issued, a.Expires = now.Unix(), now.Add(assertionLife).Unix()
	for _, k := range r {
		if k.private != nil {
			return k.sign("JWT", a)
		}
	}
	return "", errors.New("token: no private key")
}

// assertionLife is how long an assertion of ours lives.
const assertionLife = time.Minute

// assertion is the wire form of an assertion of ours.
type assertion struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Audience string `json:"aud"`
	ID       string `json:"jti"`
	Issued   int64  `json:"iat"`
	Expires  int64  `json:"exp"`
	Scope    string `json:"scope,omitempty"`
}
