package oauth

import (
	"context"
	"errors"
	"net/url"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
)

// code redeems an authorization code (RFC 6749 §4.1.3, RFC 7636 §4.5).
func (r Redeemer) code(ctx context.Context, client grant.Client, q Request) (Redeemed, error) {
	for _, name := range []string{"code", "redirect_uri"} {
		if !q.Form.Has(name) {
			return Redeemed{}, fault.In(fault.MissingParam, name)
		}
	}
	ticket, ok := grant.ParseTicket(grant.AuthorizationCode, q.Form.Get("code"))
	if !ok {
		return Redeemed{}, fault.New(fault.InvalidGrant)
	}
	challenge, err := shownChallenge(q.Form)
	if err != nil {
		return Redeemed{}, err
	}
	redemption := r.redemption(ticket, client)
	redemption.RedirectURI, redemption.Challenge = q.Form.Get("redirect_uri"), challenge
	g, err := r.Grants.Redeem(ctx, redemption)
	if errors.Is(err, grant.ErrRefused) {
		return Redeemed{}, r.codeRefused(ctx, ticket, g)
	}
	return Redeemed{g, client, redemption.Now, keyOf(ticket, g)}, err
}

// keyOf returns what opens what the grant keeps of its upstream; nil where it keeps nothing.
func keyOf(ticket grant.Ticket, g grant.Grant) []byte {
	if g.Upstream == "" {
		return nil
	}
	return ticket.Key
}

// shownChallenge returns the challenge of the request's code_verifier, empty without one.
func shownChallenge(form url.Values) (string, error) {
	verifier := form.Get("code_verifier")
	switch {
	case verifier == "":
		return "", nil
	case !isVerifier(verifier):
		return "", fault.New(fault.InvalidGrant)
	}
	return challengeOf(verifier), nil
}

// codeRefused revokes what a code issued that is presented again (RFC 6749 §4.1.2).
func (r Redeemer) codeRefused(ctx context.Context, ticket grant.Ticket, g grant.Grant) error {
	if ticket.Redeems(g) && (g.State == grant.Issued || g.State == grant.Used) {
		if err := r.Grants.Revoke(ctx, g.ID); err != nil {
			return err
		}
	}
	return fault.New(fault.InvalidGrant)
}
