package oauth

import (
	"cmp"
	"context"
	"errors"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
)

// Exchange is what the token endpoint does (RFC 6749 §3.2).
type Exchange struct {
	// Redeemer redeems what stands for an authorization.
	Redeemer
	// Issue makes tokens.
	Issue Issuance
	// Read tells what was granted, when a refresh asks for a narrower scope.
	Read GrantReader
	// ClientScopes are the scopes that have no subscriber: a client asks for them in its own name.
	ClientScopes []string
}

// GrantReader reads grants; every grant.UseStore is one.
type GrantReader interface {
	// Grant returns the grant as it stands, or grant.ErrNotFound.
	Grant(ctx context.Context, id string) (grant.Grant, error)
}

// Tokens exchanges what a client shows for tokens. It fails with the errors of RFC 6749 §5.2, CIBA
// Core §11 and RFC 7523 §3.1, as kinds.
func (e Exchange) Tokens(ctx context.Context, q Request) (Tokens, error) {
	switch q.grantType() {
	case "":
		return Tokens{}, fault.In(fault.MissingParam, "grant_type")
	case grant.RefreshToken:
		return e.refresh(ctx, q)
	case grant.ClientCredentials:
		return e.own(ctx, q)
	}
	redeemed, err := e.Redeem(ctx, q)
	if err != nil {
		return Tokens{}, err
	}
	return e.Issue.first(redeemed)
}

// refresh exchanges a refresh token (RFC 6749 §6). Each is good once: one of an older generation is
// a stolen one, and ends the whole family (RFC 9700 §4.14.2).
func (e Exchange) refresh(ctx context.Context, q Request) (Tokens, error) {
	client, err := e.client(ctx, q)
	if err != nil {
		return Tokens{}, err
	}
	if !q.Form.Has("refresh_token") {
		return Tokens{}, fault.In(fault.MissingParam, "refresh_token")
	}
	shown, ok := grant.ParseRefresh(q.Form.Get("refresh_token"), e.Issue.RefreshKeys, client.ID)
	if !ok {
		return Tokens{}, fault.New(fault.InvalidGrant)
	}
	scope := q.Form.Get(scopeParameter)
	if err := e.checkNarrower(ctx, shown, scope); err != nil {
		return Tokens{}, err
	}
	now := e.Auth.Now()
	g, err := e.Grants.Rotate(ctx, shown.ID, client.ID, shown.Generation, now)
	if errors.Is(err, grant.ErrRefused) {
		return Tokens{}, e.rotateRefused(ctx, shown, g)
	}
	if err != nil {
		return Tokens{}, err
	}
	return e.Issue.again(client, g, cmp.Or(normalScope(scope), g.Scope), nil, now)
}

// checkNarrower checks a scope parameter against what was granted, before the refresh token is
// spent.
func (e Exchange) checkNarrower(ctx context.Context, shown grant.Refresh, scope string) error {
	if scope == "" {
		return nil
	}
	g, err := e.Read.Grant(ctx, shown.ID)
	if err != nil && !errors.Is(err, grant.ErrNotFound) {
		return err
	}
	if g.State == grant.Issued && !grant.ParseScope(scope).Within(grant.ParseScope(g.Scope)) {
		return fault.New(fault.InvalidScope)
	}
	return nil
}

// rotateRefused revokes the family when the refresh token had been spent before.
func (e Exchange) rotateRefused(ctx context.Context, shown grant.Refresh, g grant.Grant) error {
	if g.State == grant.Issued && shown.Generation < g.Generation {
		if err := e.Grants.Revoke(ctx, g.ID); err != nil {
			return err
		}
	}
	return fault.New(fault.InvalidGrant)
}
