package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"lineproof/shared/dialect"
	"lineproof/shared/fallback"
	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/phone"
)

// Silent gives what tries the silent way for a fallback: it redeems the token request as the token endpoint does, client
// authentication, single use and all, and compares the subscriber's number as verify does. No token is made on the way, so it needs no
// signing key; a code that is redeemed so opens nothing else.
func Silent(e Exchange) fallback.Prover {
	return func(ctx context.Context, q fallback.Request, claimed phone.Number) (bool, error) {
		g, client, err := e.redeem(ctx, q)
		if err != nil {
			return false, err
		}
		if err := refusal(g.Grant, g.at); err != nil {
			return false, err
		}
		if !permits(client, g.Scope, q.Purpose) {
			return false, fault.New(fault.MissingScope)
		}
		return claimed.Equal(g.Number), nil
	}
}

// redeem redeems the token request of a fallback.
func (e Exchange) redeem(ctx context.Context, q fallback.Request) (redeemed, grant.Client, error) {
	r, form, err := tokenRequest(ctx, q)
	if err != nil {
		return redeemed{}, grant.Client{}, err
	}
	of := map[grant.Type]redeem{grant.AuthorizationCode: e.code, grant.CIBA: e.poll, grant.JWTBearer: e.bearer}
	kind := grant.Type(form.Get("grant_type"))
	redeem, known := of[kind]
	if !known {
		return redeemed{}, grant.Client{}, fault.New(fault.UnsupportedGrantType)
	}
	client, err := e.client(r, form)
	if err != nil {
		return redeemed{}, client, err
	}
	if !client.Allows(kind) {
		return redeemed{}, client, fault.New(fault.UnauthorizedClient)
	}
	g, err := redeem(r, client, form)
	return g, client, err
}

// tokenRequest makes the request that the caller would have sent to the token endpoint.
func tokenRequest(ctx context.Context, q fallback.Request) (*http.Request, url.Values, error) {
	form := url.Values{}
	for name, value := range q.Token {
		form.Set(name, value)
	}
	if !form.Has("grant_type") {
		form.Set("grant_type", string(grant.AuthorizationCode))
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, tokenPath, nil)
	if err != nil {
		return nil, nil, fault.Wrap(fault.Internal, err)
	}
	if q.Authorization != "" {
		r.Header.Set("Authorization", q.Authorization)
	}
	return r, form, nil
}

// permits tells whether the granted scope lets the client verify, by the wire that it is registered for, and names the purpose.
func permits(client grant.Client, scope, purpose string) bool {
	granted := grant.ParseScope(scope)
	for _, w := range dialect.Wires() {
		if w.Name == client.Dialect {
			return granted.Opens(w.Number.VerifyScopes) && (purpose == "" || slices.Contains(granted.Purposes, purpose))
		}
	}
	return false
}
