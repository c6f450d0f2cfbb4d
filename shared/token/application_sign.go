package token

import (
	"errors"
	"time"
)

// NewApplication signs the JWT by which an application calls Vonage's APIs, as [Application] reads
// one: RS256, and good for a minute from now. It fails when the ring has no private key for that.
func NewApplication(keys Ring, application, jti string, now time.Time) (string, error) {
	for _, k := range keys {
		if k.private != nil && k.Alg == RS256 {
			return k.sign("JWT", applicationClaims{
				Application: application, ID: jti,
				Issued: now.Unix(), Expires: now.Add(assertionLife).Unix(),
			})
		}
	}
	return "", errors.New("token: no private key for RS256")
}

// applicationClaims is the wire form of an application's JWT.
type applicationClaims struct {
	Application string `json:"application_id"`
	ID          string `json:"jti"`
	Issued      int64  `json:"iat"`
	Expires     int64  `json:"exp"`
}
