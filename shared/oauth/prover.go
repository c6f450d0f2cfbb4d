package oauth

import (
	"context"
	"maps"
	"net/url"
	"slices"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/silent"
)

// Prover is a silent.Prover that redeems a claim's token request as the token endpoint does, client
// authentication, single use and all, and compares the subscriber's number as verify does. No token
// is made on the way, so it needs no signing key; a code that is redeemed so opens nothing else.
type Prover struct {
	// Redeemer redeems.
	Redeemer
	// VerifyScopes are the scopes that open verify in some wire. A client was granted no more than
	// it is registered for, so which wire it would have spoken does not matter.
	VerifyScopes []string
	// Answers tells whose a line is of which nobody here knows.
	Answers Answers
}

// Prove tells whether the line of the token request has the number that is claimed.
func (p Prover) Prove(ctx context.Context, c silent.Claim) (silent.Proof, error) {
	got, err := p.redeemed(ctx, c)
	switch {
	case err != nil:
		return silent.Failed(err)
	case got.Upstream != "":
		return p.Answers.Prove(ctx, got.Grant, got.Key, c.Number), nil
	}
	return silent.Told(c.Number.Equal(got.Number)), nil
}

// redeemed redeems a claim's token request, whose grant must open verify.
func (p Prover) redeemed(ctx context.Context, c silent.Claim) (Redeemed, error) {
	got, err := p.Redeem(ctx, tokenRequest(c))
	if err != nil {
		return Redeemed{}, err
	}
	if err := got.Closed(got.At); err != nil {
		return Redeemed{}, err
	}
	granted := grant.ParseScope(got.Scope)
	if !granted.Opens(p.VerifyScopes) ||
		c.Purpose != "" && !slices.Contains(granted.Purposes, c.Purpose) {
		return Redeemed{}, fault.New(fault.MissingScope)
	}
	return got, nil
}

// tokenRequest returns the claim's token request. One that names no grant type has a code.
func tokenRequest(c silent.Claim) Request {
	form := url.Values{"grant_type": {string(grant.AuthorizationCode)}}
	maps.Copy(form, c.Form)
	return Request{Form: form, Credentials: ParseCredentials(c.Authorization), Path: TokenPath}
}
