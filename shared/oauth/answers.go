package oauth

import (
	"context"

	"lineproof/shared/grant"
	"lineproof/shared/phone"
	"lineproof/shared/upstream"
)

// Answers has upstreams tell whose a line is, of which nobody here knows: one call for one grant,
// which has been used up before.
type Answers struct {
	// Upstreams are those that administrators have put, and Secrets what we authenticate with
	// there.
	Upstreams upstream.Directory
	Secrets   upstream.Secrets
	// Keep opens what was sealed into the grant.
	Keep upstream.Keeper
	// Caller calls them.
	Caller upstream.Caller
}

// Verify tells whether the grant's line has the number of the claim, or why nobody can tell. A
// number that is only told is compared by matches, and forgotten.
func (a Answers) Verify(
	ctx context.Context, g grant.Grant, claim upstream.Claim, matches func(phone.Number) bool,
) (bool, error) {
	asked, err := a.opened(ctx, g)
	if err != nil {
		return false, err
	}
	outcome := a.Caller.Verify(ctx, asked.peer, asked.secret, asked.token, claim, matches)
	return outcome == upstream.Match, outcome.Err()
}

// Share returns the number of the grant's line, or why nobody can tell.
func (a Answers) Share(ctx context.Context, g grant.Grant) (phone.Number, error) {
	asked, err := a.opened(ctx, g)
	if err != nil {
		return phone.Number{}, err
	}
	number, outcome := a.Caller.Share(ctx, asked.peer, asked.secret, asked.token)
	return number, outcome.Err()
}

// opened is what a call needs.
type opened struct {
	peer   upstream.Peer
	secret upstream.Secret
	token  upstream.Token
}

func (a Answers) opened(ctx context.Context, g grant.Grant) (opened, error) {
	peer, found, err := upstream.Find(ctx, a.Upstreams, g.Upstream)
	if err != nil {
		return opened{}, err
	}
	if !found || !peer.Live(a.Caller.Now()) {
		return opened{}, upstream.NotCovered.Err()
	}
	o := opened{peer: peer}
	if o.token, err = a.Keep.Open(g.ID, g.Kept); err != nil {
		return opened{}, err
	}
	if peer.Authenticates() {
		o.secret, err = a.Secrets.Secret(ctx, peer.Secret)
	}
	if err != nil {
		return opened{}, upstream.Misconfigured.Err()
	}
	return o, nil
}
