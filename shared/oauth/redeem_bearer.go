package oauth

import (
	"context"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/token"
)

// bearer redeems a JWT-bearer assertion (RFC 7523 §2.1, CAMARA's profile).
func (r Redeemer) bearer(ctx context.Context, client grant.Client, q Request) (Redeemed, error) {
	asked, err := r.assertion(client, q)
	if err != nil {
		return Redeemed{}, err
	}
	if _, err := client.Scope(asked.Scope); err != nil {
		return Redeemed{}, err
	}
	found, err := r.Hints.identify(
		ctx, client, pointer{asked.Scope, asked.Subject, q.Form.Get(carrierParameter)},
	)
	switch {
	case isCredential(err), fault.Is(err, fault.UnknownUserID, fault.InvalidRequest):
		return Redeemed{}, fault.Wrap(fault.InvalidGrant, err)
	case err != nil:
		return Redeemed{}, err
	}
	return r.bearerGrant(ctx, client, asked, found)
}

// assertion verifies the request's assertion.
func (r Redeemer) assertion(client grant.Client, q Request) (token.Bearer, error) {
	switch {
	case !q.Form.Has(assertionParameter):
		return token.Bearer{}, fault.In(fault.MissingParam, assertionParameter)
	case q.Form.Has(scopeParameter):
		return token.Bearer{}, fault.In(fault.InvalidParam, scopeParameter)
	}
	keys, err := token.ParseJWKS(client.JWKS)
	if err != nil {
		return token.Bearer{}, fault.Wrap(fault.InvalidGrant, err)
	}
	text, audiences := q.Form.Get(assertionParameter), r.Auth.audiences(q.Path)
	return token.BearerAssertion(text, keys, client.ID, audiences, r.Auth.Now())
}

// bearerGrant spends the assertion and the operator token, and puts the grant.
func (r Redeemer) bearerGrant(
	ctx context.Context, client grant.Client, asked token.Bearer, found identified,
) (Redeemed, error) {
	if err := r.Auth.once(ctx, asked.Once, fault.InvalidGrant); err != nil {
		return Redeemed{}, err
	}
	if err := found.spend(ctx, r.Auth.Signatures, fault.InvalidGrant); err != nil {
		return Redeemed{}, err
	}
	ticket, _, err := grant.NewTicket(grant.JWTBearer, r.Random)
	if err != nil {
		return Redeemed{}, err
	}
	now := r.Auth.Now()
	g := found.authenticated(grant.Grant{
		ID:       ticket.ID,
		Client:   client.ID,
		State:    grant.Issued,
		Type:     grant.JWTBearer,
		Scope:    normalScope(asked.Scope),
		Policy:   client.Policy,
		AuthTime: now,
		Expires:  now.Add(client.Policy.Lifetime),
	})
	if found.abroad == "" {
		return Redeemed{g, client, now, nil}, r.Grants.Put(ctx, g)
	}
	g, err = r.vouchedBearer(ctx, ticket, g, found.vouch)
	if err != nil {
		return Redeemed{}, err
	}
	return Redeemed{g, client, now, ticket.Key}, r.Grants.Put(ctx, g)
}
