package oauth

import (
	"cmp"
	"context"
	"errors"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/upstream"
)

// OperatorTokens has upstreams take the operator tokens of their subscribers' devices.
type OperatorTokens struct {
	// Upstreams are those that administrators have put, and Secrets what we authenticate with.
	Upstreams upstream.Directory
	Secrets   upstream.Secrets
	// Gate tells whether one is asked, Caller asks it, and IDTokens checks its id_tokens.
	Gate     upstream.Gate
	Caller   upstream.Caller
	IDTokens *upstream.Issuers
}

// vouchWithin is how long an upstream may take for all that one request asks of it.
const vouchWithin = 7 * time.Second

// vouched is what an upstream's answer to an operator token came to.
type vouched struct {
	outcome upstream.Outcome
	// token is there with Match, and amr how it counts; next is redeemed after Pending and Slower.
	token upstream.Token
	amr   grant.AMR
	next  upstream.Vouch
}

// redeem brings an operator token to the grant's upstream, or polls what has begun by it.
func (o OperatorTokens) redeem(
	ctx context.Context, g grant.Grant, l upstream.Leg, vouch upstream.Vouch,
) vouched {
	peer, outcome := o.Caller.Peer(ctx, o.Upstreams, g.Upstream, upstream.Exchanging)
	switch {
	case outcome != upstream.Match:
		return vouched{outcome: outcome}
	case peer.OperatorTokens == "": // since it was chosen
		o.Caller.Tell(ctx, upstream.NotCovered.Of(g.Upstream, upstream.Exchanging))
		return vouched{outcome: upstream.NotCovered}
	}
	secret, outcome := o.Caller.Secret(ctx, o.Secrets, peer, peer.Opens())
	if outcome != upstream.Match {
		return vouched{outcome: outcome}
	}
	if vouch.Request == "" {
		lets, err := o.Gate.Lets(ctx, peer, peer.Opens(), l.Follow(peer)...)
		switch {
		case err != nil:
			return vouched{outcome: upstream.Away}
		case !lets:
			return vouched{outcome: upstream.NotCovered}
		}
	}
	return o.ask(ctx, peer, secret, l, vouch)
}

// ask asks the upstream. What it guarantees of lines holds for SIMs here: an operator token is
// one's.
func (o OperatorTokens) ask(
	ctx context.Context, peer upstream.Peer, s upstream.Secret, l upstream.Leg,
	vouch upstream.Vouch,
) vouched {
	ctx, cancel := context.WithTimeout(ctx, vouchWithin)
	defer cancel()
	t, next, outcome := o.Caller.Redeem(ctx, peer, s, l, vouch)
	if outcome == upstream.Match && t.ID != "" {
		outcome = o.IDTokens.Check(ctx, peer, s, t.ID, "")
	}
	made := vouched{outcome, t, "", next}
	if peer.AMR != "" {
		made.amr = grant.SIMBased
	}
	return made
}

// leg returns what a grant wants of its upstream.
func (h Hints) leg(g grant.Grant) upstream.Leg {
	wanted := grant.ParseScope(g.Scope)
	return upstream.Leg{
		Purpose: purposeOf(wanted), Verify: wanted.Opens(h.VerifyScopes),
		Share: wanted.Opens(h.ShareScopes),
	}
}

// refusal returns what a client learns of an outcome that is no token: of one that is the
// subscriber's, the way that its grant type says no.
func refusal(o upstream.Outcome, no fault.Kind) error {
	switch o {
	case upstream.Refusal, upstream.OtherNetwork, upstream.NotCovered, upstream.NoConsent,
		upstream.NoNumber:
		return fault.Wrap(no, o.Err())
	case upstream.Pending, upstream.Slower: // of an assertion, which cannot wait
		return fault.New(fault.Unavailable)
	}
	return o.Err()
}

// vouchedBearer returns the grant of an assertion with what its upstream gave for its operator
// token, which has been spent.
func (r Redeemer) vouchedBearer(
	ctx context.Context, ticket grant.Ticket, g grant.Grant, vouch string,
) (grant.Grant, error) {
	made := r.OperatorTokens.redeem(ctx, g, r.Hints.leg(g), upstream.Vouch{Token: vouch})
	if made.outcome != upstream.Match {
		return g, refusal(made.outcome, fault.InvalidGrant)
	}
	kept, err := made.token.Seal(ticket.Key, ticket.ID, r.Random)
	g.Kept, g.AMR, g.Expires = kept, made.amr, made.token.Until(g.Expires)
	return g, err
}

// vouchedPoll asks the upstream of a pending grant, and redeems the grant when there is a token.
// What is asked with is taken out of the grant before, and put back when it is to be asked again:
// so the upstream is asked once a poll, and after a crash no more.
func (r Redeemer) vouchedPoll(
	ctx context.Context, ticket grant.Ticket, redemption grant.Redemption, g grant.Grant,
) (grant.Grant, error) {
	if redemption.Now.Before(g.NextPoll) {
		return g, r.wait(ctx, g)
	}
	taken := grant.Poll{
		ID: g.ID, Was: g.NextPoll, Interval: g.Interval, Keeps: true,
		NextPoll: redemption.Now.Add(max(g.Interval, vouchWithin)), // while it is asked
	}
	switch _, err := r.Grants.Poll(ctx, taken); {
	case errors.Is(err, grant.ErrRefused): // another poll came at the same time
		return g, fault.New(fault.SlowDown)
	case err != nil:
		return g, err
	}
	made := vouched{outcome: upstream.Burned}
	if vouch, err := upstream.OpenVouch(ticket.Key, g.ID, g.Kept); err == nil {
		made = r.OperatorTokens.redeem(ctx, g, r.Hints.leg(g), vouch)
	}
	switch made.outcome {
	case upstream.Match:
		return r.vouchedGrant(ctx, ticket, redemption, made)
	case upstream.Pending, upstream.Slower:
		return g, r.vouchedAgain(ctx, ticket, taken, made)
	}
	if err := r.Grants.Revoke(ctx, g.ID); err != nil {
		return g, err
	}
	return g, refusal(made.outcome, fault.AccessDenied)
}

// vouchedGrant redeems the grant of a poll that its upstream gave a token.
func (r Redeemer) vouchedGrant(
	ctx context.Context, ticket grant.Ticket, redemption grant.Redemption, made vouched,
) (grant.Grant, error) {
	kept, err := made.token.Seal(ticket.Key, ticket.ID, r.Random)
	if err != nil {
		return grant.Grant{}, err
	}
	redemption.From, redemption.AMR, redemption.Kept = grant.Pending, made.amr, kept
	redemption.Expires = made.token.Until(redemption.Expires)
	return r.Grants.Redeem(ctx, redemption)
}

// vouchedAgain has a poll be repeated, not before the upstream wants to be asked again. Polls that
// came too fast meanwhile have changed the grant.
func (r Redeemer) vouchedAgain(
	ctx context.Context, ticket grant.Ticket, taken grant.Poll, made vouched,
) error {
	kept, err := made.next.Seal(ticket.Key, ticket.ID, r.Random)
	if err != nil {
		return err
	}
	again := grant.Poll{
		ID: taken.ID, Was: taken.NextPoll, Interval: max(taken.Interval, made.next.Interval),
		Keeps: true, Kept: kept,
	}
	for range mostPolls {
		again.NextPoll = r.Auth.Now().Add(again.Interval)
		g, err := r.Grants.Poll(ctx, again)
		if !errors.Is(err, grant.ErrRefused) {
			return cmp.Or(err, made.outcome.Err())
		}
		again.Was, again.Interval = g.NextPoll, max(again.Interval, g.Interval)
	}
	return fault.New(fault.SlowDown)
}

// mostPolls is how often what was taken is put back that other polls came between.
const mostPolls = 5
