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
		g, err := e.redeem(ctx, q)
		if err != nil {
			return false, err
		}
		if err := refusal(g.Grant, g.at); err != nil {
			return false, err
		}
		if !permits(g.Scope, q.Purpose) {
			return false, fault.New(fault.MissingScope)
		}
		return claimed.Equal(g.Number), nil
	}
}

// redeem redeems the token request of a fallback.
func (e Exchange) redeem(ctx context.Context, q fallback.Request) (redeemed, error) {
	r, form, err := tokenRequest(ctx, q)
	if err != nil {
		return redeemed{}, err
	}
	of := map[grant.Type]redeem{grant.AuthorizationCode: e.code, grant.CIBA: e.poll, grant.JWTBearer: e.bearer}
	kind := grant.Type(form.Get("grant_type"))
	redeem, known := of[kind]
	if !known {
		return redeemed{}, fault.New(fault.UnsupportedGrantType)
	}
	client, err := e.client(r, form)
	if err != nil {
		return redeemed{}, err
	}
	if !client.Allows(kind) {
		return redeemed{}, fault.New(fault.UnauthorizedClient)
	}
	return redeem(r, client, form)
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

// permits tells whether the granted scope opens verify in some wire, and names the purpose. The client was granted no more than it is
// registered for, so which wire it would have spoken does not matter.
func permits(scope, purpose string) bool {
	granted := grant.ParseScope(scope)
	opens := slices.ContainsFunc(dialect.Wires(), func(w *dialect.Wire) bool { return granted.Opens(w.Number.VerifyScopes) })
	return opens && (purpose == "" || slices.Contains(granted.Purposes, purpose))
}
