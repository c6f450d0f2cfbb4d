package oauth

import (
	"context"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/phone"
	"lineproof/shared/silent"
	"lineproof/shared/upstream"
)

// Answers has upstreams tell whose a line is, of which nobody here knows: one call for one grant,
// which has been used up before. Nothing secret of ours is needed for that: what opens the answer
// is kept in the grant, under a key that the access token holds.
type Answers struct {
	// Upstreams are those that administrators have put.
	Upstreams upstream.Directory
	// Caller calls them.
	Caller upstream.Caller
}

// Verify tells whether the grant's line has the number of the claim, or why nobody can tell. A
// number that is only told is compared by matches, and forgotten.
func (a Answers) Verify(
	ctx context.Context, g grant.Grant, key []byte, claim upstream.Claim,
	matches func(phone.Number) bool,
) (bool, error) {
	peer, t, err := a.open(ctx, g, key, upstream.Verifying)
	if err != nil {
		return false, err
	}
	outcome := a.Caller.Verify(ctx, peer, t, claim, matches)
	return outcome == upstream.Match, outcome.Err()
}

// Prove tells whether the grant's line has the number. What keeps the upstream from telling is why
// the outcome is unknown: the grant has been used up, so a repetition cannot help.
func (a Answers) Prove(
	ctx context.Context, g grant.Grant, key []byte, n phone.Number,
) silent.Proof {
	same, err := a.Verify(ctx, g, key, upstream.Claim{Number: n}, n.Equal)
	if err != nil {
		return silent.Proof{Why: fault.Of(err)}
	}
	return silent.Told(same)
}

// Share returns the number of the grant's line, or why nobody can tell.
func (a Answers) Share(ctx context.Context, g grant.Grant, key []byte) (phone.Number, error) {
	peer, t, err := a.open(ctx, g, key, upstream.Sharing)
	if err != nil {
		return phone.Number{}, err
	}
	number, outcome := a.Caller.Share(ctx, peer, t)
	return number, outcome.Err()
}

// open returns the grant's upstream, and what opens its answer to a wish.
func (a Answers) open(
	ctx context.Context, g grant.Grant, key []byte, wish upstream.Operation,
) (upstream.Peer, upstream.Token, error) {
	peer, outcome := a.Caller.Peer(ctx, a.Upstreams, g.Upstream, wish)
	if err := outcome.Err(); err != nil {
		return peer, upstream.Token{}, err
	}
	t, err := upstream.OpenToken(key, g.ID, g.Kept)
	return peer, t, err
}
