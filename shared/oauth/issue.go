package oauth

import (
	"crypto/sha256"
	"encoding/base64"
	"time"

	"lineproof/shared/grant"
	"lineproof/shared/keyring"
	"lineproof/shared/token"
)

// Issuance makes tokens.
type Issuance struct {
	// Tokens signs.
	Tokens token.Issuer
	// RefreshKeys authenticate refresh tokens.
	RefreshKeys keyring.MAC
	// PairwiseSalt is that of pairwise subjects (OpenID Connect Core §8.1).
	PairwiseSalt []byte
}

// Tokens is what a client is answered (RFC 6749 §5.1), with OpenID Connect's id_token.
type Tokens struct {
	// Access is the access token, a bearer token.
	Access string
	// Lifetime is that of the access token, in whole seconds.
	Lifetime time.Duration
	// Refresh is the refresh token; empty without one.
	Refresh string
	// ID is the id_token; empty without one.
	ID string
	// Scope is that of the access token.
	Scope string
}

// first issues a grant's first tokens, at the time that it was redeemed: with an id_token when
// openid was granted.
func (i Issuance) first(r Redeemed) (Tokens, error) {
	client, g, now := r.Client, r.Grant, r.At
	answer, err := i.again(client, g, g.Scope, r.Key, now)
	if err != nil || !grant.ParseScope(g.Scope).Has(grant.OpenID) {
		return answer, err
	}
	claims := token.IDClaims{
		Client:      client.ID,
		Subject:     i.subject(client, g),
		Nonce:       g.Nonce,
		AuthTime:    g.AuthTime,
		Issued:      now,
		Expires:     now.Add(grant.StandardPolicy.Lifetime),
		AccessToken: answer.Access,
	}
	if g.AMR != "" {
		claims.AMR = []string{string(g.AMR)}
	}
	answer.ID, err = i.Tokens.ID(claims, client.SignsWith())
	return answer, err
}

// again issues an access token of the scope, which may be narrower than the grant's, with what
// opens the answer of its upstream, nil where it has none; and a refresh token of the grant's whole
// scope (RFC 6749 §6) where that and the policy allow one.
func (i Issuance) again(
	client grant.Client, g grant.Grant, scope string, key []byte, now time.Time,
) (Tokens, error) {
	lifetime := min(g.Policy.Lifetime, g.Expires.Sub(now)).Truncate(time.Second)
	access, err := i.Tokens.Access(token.Access{
		ID:        g.ID,
		Client:    client.ID,
		Subject:   i.subject(client, g),
		Scope:     scope,
		Issued:    now,
		Expires:   now.Add(lifetime),
		SingleUse: g.Policy.SingleUse,
		Key:       string(key),
	})
	if err != nil {
		return Tokens{}, err
	}
	answer := Tokens{Access: access, Lifetime: lifetime, Scope: scope}
	if refreshable(client, g) {
		refresh := grant.Refresh{ID: g.ID, Generation: g.Generation}
		answer.Refresh, err = refresh.Text(i.RefreshKeys, client.ID)
	}
	return answer, err
}

// own issues an access token of the ID to a client in its own name, who is its subject (RFC 9068
// §2.2). No grant stands for it, so its lifetime alone ends it.
func (i Issuance) own(client grant.Client, id, scope string, now time.Time) (Tokens, error) {
	lifetime := client.Policy.Lifetime.Truncate(time.Second)
	access, err := i.Tokens.Access(token.Access{
		ID: id, Client: client.ID, Subject: client.ID, Scope: scope, Issued: now,
		Expires: now.Add(lifetime),
	})
	return Tokens{Access: access, Lifetime: lifetime, Scope: scope}, err
}

func refreshable(client grant.Client, g grant.Grant) bool {
	return g.Generation > 0 && g.Upstream == "" && client.Allows(grant.RefreshToken) &&
		grant.ParseScope(g.Scope).Has(grant.OfflineAccess)
}

// subject returns the pairwise sub; of a subscriber without a number, one that holds for this grant
// alone.
func (i Issuance) subject(client grant.Client, g grant.Grant) string {
	sector := client.Sector
	if sector == "" {
		sector = client.ID
	}
	if g.Number.IsZero() {
		sum := sha256.Sum256([]byte(sector + "\x00" + g.ID))
		return base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return token.PairwiseSubject(i.PairwiseSalt, sector, g.Number)
}
