package oauth

import (
	"context"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/keyring"
	"lineproof/shared/token"
)

// Revocation ends tokens (RFC 7009).
type Revocation struct {
	// Auth authenticates clients.
	Auth ClientAuth
	// Tokens verifies what we signed.
	Tokens token.Issuer
	// RefreshKeys authenticate refresh tokens.
	RefreshKeys keyring.MAC
	// Grants holds what tokens stand for.
	Grants GrantRevoker
}

// GrantRevoker ends grants; every grant.Store does.
type GrantRevoker interface {
	// Revoke turns the grant to revoked, whatever its state. A grant that does not exist is no
	// error.
	Revoke(ctx context.Context, id string) error
}

// Revoke ends a token of the client's, and with it all that the same authorization issued. What is
// no live token is as good as revoked (RFC 7009 §2.2). The parameter token_type_hint is not needed
// and not read.
func (v Revocation) Revoke(ctx context.Context, q Request) error {
	client, err := v.Auth.authenticate(ctx, q)
	if err != nil {
		return err
	}
	if !q.Form.Has("token") {
		return fault.In(fault.MissingParam, "token")
	}
	id, err := v.grant(client, q.Form.Get("token"))
	if err != nil || id == "" {
		return err
	}
	return v.Grants.Revoke(ctx, id)
}

// grant returns the ID of the grant that a token stands for, or "" for what is no live token. It
// fails with a fault.InvalidGrant for another client's access token (RFC 7009 §2.1), whereas
// another's refresh token is not to be told from any text, and with a fault.UnsupportedTokenType
// for an id_token, and for a client's own access token, which no grant stands for (§2.2.1).
func (v Revocation) grant(client grant.Client, text string) (string, error) {
	if refresh, ours := grant.ParseRefresh(text, v.RefreshKeys, client.ID); ours {
		return refresh.ID, nil
	}
	access, err := v.Tokens.VerifyAccess(text, v.Auth.Now())
	switch {
	case err == nil && access.Client != client.ID:
		return "", fault.New(fault.InvalidGrant)
	case err == nil && access.Own():
		return "", fault.New(fault.UnsupportedTokenType)
	case err == nil:
		return access.ID, nil
	case v.Tokens.IsID(text):
		return "", fault.New(fault.UnsupportedTokenType)
	}
	return "", nil
}
