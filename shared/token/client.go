package token

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/redact"
)

// Once is what the receiver of a single-use token records, so that a replay of the token is
// refused.
type Once struct {
	// Key names the token uniquely: a hash of its kind, its signer and its jti.
	Key string
	// Expires is when the token can no longer be accepted, and the record may go.
	Expires time.Time
}

// once gives the record of a token of this kind, or an error when it has no jti. The parts of the
// hash are prefixed with their lengths.
func once(kind, signer string, c claims, expires time.Time) (Once, error) {
	id := c.text("jti")
	if id == "" {
		return Once{}, errMissing
	}
	h := sha256.New()
	for _, part := range []string{kind, signer, id} {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part))))
		h.Write([]byte(part))
	}
	return Once{Key: encode(h.Sum(nil)), Expires: expires.Add(Skew)}, nil
}

// AssertionClient gives the client_id that an assertion or a request object names, unverified: it
// serves to look up the client and its keys. It gives "" when raw is malformed.
func AssertionClient(raw string) string {
	c := peek(raw)
	if iss := c.text("iss"); iss != "" {
		return iss
	}
	return c.text("sub")
}

// ClientAssertion verifies a private_key_jwt (RFC 7523 §3, OpenID Connect Core §9) of the client
// against its keys: iss and sub are the client, aud holds one of audiences, exp is there and at
// most 300 s away, iat, when there, is at most 300 s before exp and not in the future, and jti is
// there. It fails with a fault.InvalidClient, and with a fault.LongAssertion when nothing but its
// lifetime is wrong: only who holds the key learns it.
func ClientAssertion(
	raw string, keys Ring, client string, audiences []string, now time.Time,
) (Once, error) {
	c, s, err := signedBy(raw, keys, client, audiences, now, "", "jwt", "client-authentication+jwt")
	if err == nil && c.text("sub") != client {
		err = errSubject
	}
	switch {
	case errors.Is(err, errLifetime) && c.text("sub") == client:
		return Once{}, fault.Wrap(fault.LongAssertion, err)
	case err != nil:
		return Once{}, fault.Wrap(fault.InvalidClient, err)
	}
	o, err := once("client", client, c, s.expires)
	return o, wrap(fault.InvalidClient, err)
}

// signedBy opens what the client signed for us and checks iss, aud and the times.
func signedBy(
	raw string, keys Ring, client string, audiences []string, now time.Time, types ...string,
) (claims, span, error) {
	c, err := open(raw, clientAlgs, func(claims) Ring { return keys }, types...)
	switch {
	case err != nil:
		return nil, span{}, err
	case client == "" || c.text("iss") != client:
		return nil, span{}, errIssuer
	case !c.meant(audiences):
		return nil, span{}, errAudience
	}
	s, err := c.span(now)
	if err != nil {
		return nil, span{}, err
	}
	return c, s, s.within(MaxLifetime, now)
}

// wrap gives err as a failure of kind k; nil stays nil.
func wrap(k fault.Kind, err error) error {
	if err == nil {
		return nil
	}
	return fault.Wrap(k, err)
}

// Bearer is what a JWT-bearer assertion asks for.
type Bearer struct {
	redact.Value
	// Subject is sub: "tel:+E164" or "operatortoken:" and a token. The tail of either is the
	// caller's to verify.
	Subject string
	// Scope is the requested scope, space-separated.
	Scope string
	// Once is to be recorded before anything is issued.
	Once Once
}

// BearerAssertion verifies a JWT-bearer authorization grant (RFC 7523 §2.1) under CAMARA's profile,
// in which it also authenticates the client: iss is the client, sub begins with tel: or
// operatortoken:, aud holds one of audiences, scope, iat, exp and jti are there, and it lives at
// most 300 s. It fails with a fault.InvalidGrant (RFC 7523 §3.1).
func BearerAssertion(
	raw string, keys Ring, client string, audiences []string, now time.Time,
) (Bearer, error) {
	c, s, err := signedBy(raw, keys, client, audiences, now, "", "jwt")
	if err == nil {
		err = bearing(c, s)
	}
	if err != nil {
		return Bearer{}, fault.Wrap(fault.InvalidGrant, err)
	}
	o, err := once("bearer", client, c, s.expires)
	if err != nil {
		return Bearer{}, fault.Wrap(fault.InvalidGrant, err)
	}
	return Bearer{Subject: c.text("sub"), Scope: c.text("scope"), Once: o}, nil
}

// bearing checks the claims that a bearer assertion alone must have.
func bearing(c claims, s span) error {
	scheme, rest, _ := strings.Cut(c.text("sub"), ":")
	switch {
	case s.issued.IsZero():
		return errMissing
	case rest == "" || scheme != "tel" && scheme != "operatortoken":
		return errSubject
	case strings.TrimSpace(c.text("scope")) == "":
		return errScope
	}
	return nil
}
