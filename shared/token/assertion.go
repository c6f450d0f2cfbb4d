package token

import (
	"errors"
	"time"
)

// NewAssertion signs the private_key_jwt (RFC 7523 §3) by which we authenticate as a client of
// another server: iss and sub are the client_id that it gave us, aud is its token endpoint's URL
// alone, and it lives for a minute from now. It fails when the ring has no private key.
func NewAssertion(keys Ring, client, endpoint, jti string, now time.Time) (string, error) {
	for _, k := range keys {
		if k.private != nil {
			return k.sign("JWT", assertion{
				Issuer: client, Subject: client, Audience: endpoint, ID: jti,
				Issued: now.Unix(), Expires: now.Add(assertionLife).Unix(),
			})
		}
	}
	return "", errors.New("token: no private key")
}

// assertionLife is how long an assertion of ours lives.
const assertionLife = time.Minute

// assertion is the wire form of a client assertion.
type assertion struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Audience string `json:"aud"`
	ID       string `json:"jti"`
	Issued   int64  `json:"iat"`
	Expires  int64  `json:"exp"`
}
