package token

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"lineproof/shared/fault"
)

const typeAccess = "at+jwt"

// Issuer signs and verifies our own tokens.
type Issuer struct {
	// Ring is our keys. Signing needs private ones; verification does not.
	Ring Ring
	// Name is our issuer identifier, a URL. It is also the audience of access tokens: issuer and resource are one service.
	Name string
}

// Access is what an access token says (RFC 9068 §2.2). It holds neither a phone number nor how the subscriber was authenticated.
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
	// SingleUse says that the token ends with its first successful call, so that a resource server need not read the grant to know.
	SingleUse bool
}

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
}

// Access signs an access token: RFC 9068, ES256. It fails when the ring has no private key for that.
func (i Issuer) Access(a Access) (string, error) {
	return i.sign(ES256, typeAccess, accessClaims{
		Issuer: i.Name, Audience: i.Name, Subject: a.Subject, Client: a.Client, Scope: a.Scope, ID: a.ID,
		Issued: a.Issued.Unix(), Expires: a.Expires.Unix(), SingleUse: a.SingleUse,
	})
}

// VerifyAccess gives what an access token of ours says at now (RFC 9068 §4). It fails with a fault.InvalidCredentials when the token
// is malformed, forged, another party's, of another type or for another audience, and with a fault.ExpiredCredentials when nothing
// but its time is wrong.
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
	if err != nil {
		return Access{}, err
	}
	a := Access{
		ID: c.text("jti"), Client: c.text("client_id"), Subject: c.text("sub"), Scope: c.text("scope"),
		Issued: s.issued, Expires: s.expires, SingleUse: c["single_use"] == true,
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

// ID signs an id_token with alg, ES256 or RS256. It fails when the ring has no private key for alg.
func (i Issuer) ID(c IDClaims, alg string) (string, error) {
	wire := idClaims{
		Issuer: i.Name, Subject: c.Subject, Audience: c.Client, Expires: c.Expires.Unix(), Issued: c.Issued.Unix(),
		Nonce: c.Nonce, AMR: c.AMR,
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

// sign writes header and claims and signs them with the ring's active key for alg.
func (i Issuer) sign(alg, typ string, wire any) (string, error) {
	k, err := i.Ring.active(alg)
	if err != nil {
		return "", err
	}
	return k.sign(typ, wire)
}

// sign gives the compact form (RFC 7515 §7.1) of wire as JSON.
func (k Key) sign(typ string, wire any) (string, error) {
	header, err := json.Marshal(struct {
		Alg string `json:"alg"`
		Typ string `json:"typ"`
		Kid string `json:"kid"`
	}{k.Alg, typ, k.ID})
	if err != nil {
		return "", fmt.Errorf("token: write header: %w", err)
	}
	payload, err := json.Marshal(wire)
	if err != nil {
		return "", fmt.Errorf("token: write claims: %w", err)
	}
	text := encode(header) + "." + encode(payload)
	signature, err := k.method().Sign(text, k.Private())
	if err != nil {
		return "", fmt.Errorf("token: sign: %w", err)
	}
	return text + "." + encode(signature), nil
}
