package oauth

import (
	"context"
	"slices"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
)

// own issues a token to a client in its own name (RFC 6749 §4.4), for scopes without a subscriber
// alone: there is nobody whose number it could open, and none of OpenID Connect's scopes means
// anything. A scope is required (CAMARA's profile).
func (e Exchange) own(ctx context.Context, q Request) (Tokens, error) {
	client, err := e.client(ctx, q)
	if err != nil {
		return Tokens{}, err
	}
	scope := normalScope(q.Form.Get(scopeParameter))
	asked, err := client.Scope(scope)
	if err != nil {
		return Tokens{}, err
	}
	foreign := func(name string) bool { return !slices.Contains(e.ClientScopes, name) }
	if slices.ContainsFunc(asked.Names, foreign) {
		return Tokens{}, fault.New(fault.InvalidScope)
	}
	id, err := grant.NewID(e.Random)
	if err != nil {
		return Tokens{}, err
	}
	return e.Issue.own(client, id, scope, e.Auth.Now())
}
