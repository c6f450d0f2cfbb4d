package oauth

import (
	"context"
	"errors"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/token"
)

// Bearers tells whose access tokens are.
type Bearers struct {
	// Tokens verifies access tokens.
	Tokens token.Issuer
	// Clients tells whether who was given a token may still use it.
	Clients grant.ClientStore
	// Now tells the time.
	Now func() time.Time
}

// Wanted is what an operation asks of a token.
type Wanted struct {
	// Scopes are those of which one is enough.
	Scopes []string
	// Reusable takes tokens that are good for more than one call.
	Reusable bool
	// Own takes tokens that a client has in its own name, and no others, which have a subscriber.
	// Each is good for more than one call.
	Own bool
}

// takes tells whether the operation takes tokens of this kind.
func (w Wanted) takes(access token.Access) bool {
	return access.Own() == w.Own && (access.SingleUse || w.Reusable || w.Own)
}

// Authenticate returns an access token and its client when that is still ours and the token fulfils
// what is wanted: it fails with a kind of class fault.Unauthenticated first, then with one of class
// fault.Forbidden. A token that we signed and that is still in its time is returned with the
// failure too.
func (b Bearers) Authenticate(
	ctx context.Context, raw string, want Wanted,
) (token.Access, grant.Client, error) {
	access, err := b.Tokens.VerifyAccess(raw, b.Now())
	if err != nil {
		return token.Access{}, grant.Client{}, err
	}
	client, err := grant.Enabled(ctx, b.Clients, access.Client)
	switch {
	case errors.Is(err, grant.ErrNotFound):
		return access, client, fault.Wrap(fault.InvalidCredentials, err)
	case err != nil:
		return access, client, err
	case !want.takes(access):
		return access, client, fault.New(fault.Forbidden)
	case !grant.ParseScope(access.Scope).Opens(want.Scopes):
		return access, client, fault.New(fault.MissingScope)
	}
	return access, client, nil
}

// Resource opens what access tokens of subscribers open.
type Resource struct {
	Bearers
	// Grants holds what the tokens stand for.
	Grants grant.UseStore
}

// Open returns the grant behind a token, using it up when it is for a single use. The request's own
// mistake, if it made one, is told after the token's and spends nothing: a bad request must not
// burn a token.
func (s Resource) Open(
	ctx context.Context, access token.Access, mistake error,
) (grant.Grant, error) {
	now := s.Now()
	if mistake == nil && access.SingleUse {
		g, err := s.Grants.Use(ctx, access.ID, now)
		if errors.Is(err, grant.ErrRefused) {
			return grant.Grant{}, useRefused(g, now)
		}
		return g, err
	}
	g, err := s.Grants.Grant(ctx, access.ID)
	if err != nil && !errors.Is(err, grant.ErrNotFound) {
		return grant.Grant{}, err
	}
	if err := g.Closed(now); err != nil {
		return grant.Grant{}, err
	}
	return g, mistake
}

// useRefused tells why the store refused the use of a grant. One that looks good was used by
// another call in the meantime.
func useRefused(g grant.Grant, now time.Time) error {
	if err := g.Closed(now); err != nil {
		return err
	}
	return fault.New(fault.InvalidCredentials)
}
