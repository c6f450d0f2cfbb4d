package api

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"time"

	"lineproof/shared/grant"
	"lineproof/shared/token"
)

// Issuance is what making tokens needs.
type Issuance struct {
	// Tokens signs.
	Tokens token.Issuer
	// Grants keeps what the tokens stand for.
	Grants grant.Store
	// Refresh seals refresh tokens.
	Refresh grant.Sealer
	// Salt is that of pairwise subjects.
	Salt []byte
	// Random makes the IDs of grants that had no code.
	Random io.Reader
	// Now tells the time.
	Now Clock
}

// tokenAnswer is the body of RFC 6749 §5.1 with OpenID Connect's id_token.
type tokenAnswer struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"`
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
	Scope        string `json:"scope"`
}

// redemption gives the conditions and the effect of a client's exchange of a ticket, but for what only codes have.
func (i Issuance) redemption(ticket grant.Ticket, client grant.Client) grant.Redemption {
	now := i.Now()
	r := grant.Redemption{
		ID: ticket.ID, From: grant.Authorized, Client: client.ID, Secret: ticket.Secret,
		Now: now, Expires: now.Add(max(client.Policy.Lifetime, client.Policy.RefreshLifetime)),
	}
	if client.Policy.RefreshLifetime > 0 {
		r.Generation = 1
	}
	return r
}

// first issues a grant's first tokens, at the time that it was redeemed: with an id_token when openid was granted.
func (i Issuance) first(client grant.Client, g grant.Grant, now time.Time) (any, error) {
	answer, err := i.again(client, g, g.Scope, now)
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
		AccessToken: answer.AccessToken,
	}
	if g.AMR != "" {
		claims.AMR = []string{string(g.AMR)}
	}
	answer.IDToken, err = i.Tokens.ID(claims, client.SignsWith())
	return answer, err
}

// again issues an access token of the scope, which may be narrower than the grant's, and a refresh token of the grant's
// whole scope (RFC 6749 §6) where that and the policy allow one.
func (i Issuance) again(client grant.Client, g grant.Grant, scope string, now time.Time) (tokenAnswer, error) {
	lifetime := min(g.Policy.Lifetime, g.Expires.Sub(now)).Truncate(time.Second)
	access, err := i.Tokens.Access(token.Access{
		ID:        g.ID,
		Client:    client.ID,
		Subject:   i.subject(client, g),
		Scope:     scope,
		Issued:    now,
		Expires:   now.Add(lifetime),
		SingleUse: g.Policy.SingleUse,
	})
	if err != nil {
		return tokenAnswer{}, err
	}
	answer := tokenAnswer{AccessToken: access, TokenType: "Bearer", ExpiresIn: seconds(lifetime), Scope: scope}
	if refreshable(client, g) {
		answer.RefreshToken, err = grant.Refresh{ID: g.ID, Generation: g.Generation}.Text(i.Refresh, client.ID)
	}
	return answer, err
}

func refreshable(client grant.Client, g grant.Grant) bool {
	return g.Generation > 0 && client.Allows(grant.RefreshToken) && grant.ParseScope(g.Scope).Has(grant.OfflineAccess)
}

// subject gives the pairwise sub; of a subscriber without a number, one that holds for this grant alone.
func (i Issuance) subject(client grant.Client, g grant.Grant) string {
	sector := client.Sector
	if sector == "" {
		sector = client.ID
	}
	if g.Number.IsZero() {
		sum := sha256.Sum256([]byte(sector + "\x00" + g.ID))
		return base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return token.PairwiseSubject(i.Salt, sector, g.Number)
}
