package token

import (
	"crypto/sha256"
	"time"
)

// IDClaims is what an id_token says (OpenID Connect Core §2).
type IDClaims struct {
	// Client is the client_id, its audience.
	Client string
	// Subject is the pairwise sub.
	Subject string
	// Nonce is the authorization request's; left out when empty.
	Nonce string
	// AMR is how the subscriber was authenticated; left out when empty.
	AMR []string
	// AuthTime is when; left out when zero.
	AuthTime time.Time
	// Issued and Expires are iat and exp.
	Issued, Expires time.Time
	// AccessToken is the one issued with it, for at_hash (§3.1.3.6); left out when empty.
	AccessToken string
}

// idClaims is the wire form of IDClaims.
type idClaims struct {
	Issuer   string   `json:"iss"`
	Subject  string   `json:"sub"`
	Audience string   `json:"aud"`
	Expires  int64    `json:"exp"`
	Issued   int64    `json:"iat"`
	AuthTime int64    `json:"auth_time,omitempty"`
	Nonce    string   `json:"nonce,omitempty"`
	AMR      []string `json:"amr,omitempty"`
	AtHash   string   `json:"at_hash,omitempty"`
}

// IsID tells whether raw is an id_token that we signed, for whomever and whenever.
func (i Issuer) IsID(raw string) bool {
	c, err := open(raw, idAlgs, func(claims) Ring { return i.Ring }, "jwt")
	return err == nil && c.text("iss") == i.Name
}

// ID signs an id_token with alg, ES256 or RS256. It fails when the ring has no private key for alg.
func (i Issuer) ID(c IDClaims, alg string) (string, error) {
	wire := idClaims{
		Issuer:   i.Name,
		Subject:  c.Subject,
		Audience: c.Client,
		Expires:  c.Expires.Unix(),
		Issued:   c.Issued.Unix(),
		Nonce:    c.Nonce,
		AMR:      c.AMR,
	}
	if !c.AuthTime.IsZero() {
		wire.AuthTime = c.AuthTime.Unix()
	}
	if c.AccessToken != "" {
		sum := sha256.Sum256([]byte(c.AccessToken))
		wire.AtHash = encode(sum[:len(sum)/2])
	}
	return i.sign(alg, "JWT", wire)
}
