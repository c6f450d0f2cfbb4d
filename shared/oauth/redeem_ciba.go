package oauth

import (
	"context"
	"errors"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/network"
)

// poll redeems an auth_req_id (CIBA Core §10.1).
func (r Redeemer) poll(ctx context.Context, client grant.Client, q Request) (Redeemed, error) {
	if !q.Form.Has("auth_req_id") {
		return Redeemed{}, fault.In(fault.MissingParam, "auth_req_id")
	}
	ticket, ok := grant.ParseTicket(grant.CIBA, q.Form.Get("auth_req_id"))
	if !ok {
		return Redeemed{}, fault.New(fault.InvalidGrant)
	}
	redemption := r.redemption(ticket, client)
	g, err := r.Grants.Redeem(ctx, redemption)
	if errors.Is(err, grant.ErrRefused) && g.State == grant.Pending {
		g, err = r.identifyPending(ctx, client, ticket, redemption, g)
	}
	if errors.Is(err, grant.ErrRefused) {
		return Redeemed{}, r.pollRefused(ticket, client, g)
	}
	return Redeemed{g, client, redemption.Now, keyOf(ticket, g)}, err
}

// pollRefused tells why an auth_req_id is worth no tokens.
func (r Redeemer) pollRefused(ticket grant.Ticket, client grant.Client, g grant.Grant) error {
	waiting := g.State == grant.Pending || g.State == grant.Authorized
	if waiting && ticket.Redeems(g) && g.Client == client.ID && !r.Auth.Now().Before(g.Expires) {
		return fault.New(fault.ExpiredToken)
	}
	return fault.New(fault.InvalidGrant)
}

// identifyPending looks again for the session that a pending request waits for, or has its upstream
// asked, and redeems the grant when the subscriber is known.
func (r Redeemer) identifyPending(
	ctx context.Context, client grant.Client, ticket grant.Ticket, redemption grant.Redemption,
	g grant.Grant,
) (grant.Grant, error) {
	if !ticket.Redeems(g) || g.Client != redemption.Client || !redemption.Now.Before(g.Expires) {
		return g, grant.ErrRefused
	}
	if g.Upstream != "" {
		return r.vouchedPoll(ctx, ticket, redemption, g)
	}
	found, err := r.Hints.identify(ctx, client, pointer{scope: g.Scope, hint: g.Hint})
	switch {
	case errors.Is(err, network.ErrUnresolved):
		return g, r.wait(ctx, g)
	case fault.Is(err, fault.TooManyRequests):
		return g, fault.Wrap(fault.SlowDown, err)
	case fault.Is(err, fault.UnknownUserID): // the client may no longer name addresses
		return g, fault.Wrap(fault.AccessDenied, err)
	case err != nil:
		return g, err
	}
	redemption.From, redemption.Number, redemption.AMR = grant.Pending, found.Number, grant.AMR(
		found.AMR,
	)
	return r.Grants.Redeem(ctx, redemption)
}

// wait records a poll that found nothing: authorization_pending, or slow_down when it came too
// early.
func (r Redeemer) wait(ctx context.Context, g grant.Grant) error {
	now, answer := r.Auth.Now(), fault.AuthorizationPending
	poll := grant.Poll{ID: g.ID, Was: g.NextPoll, Interval: g.Interval}
	if now.Before(g.NextPoll) {
		poll.Interval += PollInterval
		answer = fault.SlowDown
	}
	poll.NextPoll = now.Add(poll.Interval)
	switch _, err := r.Grants.Poll(ctx, poll); {
	case errors.Is(err, grant.ErrRefused): // another poll came at the same time
		return fault.New(fault.SlowDown)
	case err != nil:
		return err
	}
	return fault.New(answer)
}
