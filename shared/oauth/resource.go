package oauth

import (
	"context"
	"errors"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/token"
)

// Resource opens what access tokens open.
type Resource struct {
	// Tokens verifies access tokens.
	Tokens token.Issuer
	// Grants holds what the tokens stand for.
	Grants grant.UseStore
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
}

// Authenticate returns an access token when its client is still ours and it fulfils what is wanted:
// it fails with a kind of class fault.Unauthenticated first, then with one of class
// fault.Forbidden. A token that we signed and that is still in its time is returned with the
// failure too.
func (s Resource) Authenticate(ctx context.Context, raw string, want Wanted) (token.Access, error) {
	access, err := s.Tokens.VerifyAccess(raw, s.Now())
	if err != nil {
		return token.Access{}, err
	}
	_, err = grant.Enabled(ctx, s.Clients, access.Client)
	switch {
	case errors.Is(err, grant.ErrNotFound):
		return access, fault.Wrap(fault.InvalidCredentials, err)
	case err != nil:
		return access, err
	case !access.SingleUse && !want.Reusable:
		return access, fault.New(fault.Forbidden)
	case !grant.ParseScope(access.Scope).Opens(want.Scopes):
		return access, fault.New(fault.MissingScope)
	}
	return access, nil
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
