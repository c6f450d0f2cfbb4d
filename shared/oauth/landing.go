package oauth

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/upstream"
)

// Landing takes subscribers back from upstreams (RFC 6749 §4.1.2).
type Landing struct {
	// Upstreams are those that administrators have put, and Secrets what we authenticate with
	// there.
	Upstreams upstream.Directory
	Secrets   upstream.Secrets
	// Grants keeps the grants of those who were sent.
	Grants grant.LegStore
	// Caller exchanges codes, and IDTokens checks the id_tokens that come for them.
	Caller   upstream.Caller
	IDTokens *upstream.Issuers
	// Issuer is our own.
	Issuer string
	// Now tells the time; Random makes codes.
	Now    func() time.Time
	Random io.Reader
}

// Landed is a subscriber who is back.
type Landed struct {
	// Client is whose request it was, RedirectURI where the device goes on to, and State the
	// client's own.
	Client, RedirectURI, State string
	// Code redeems the grant; empty with a failure.
	Code string
	// Moved tells that the device came back from another network than it was sent from (see
	// upstream.Upstream.Origin).
	Moved bool
}

// Land takes a subscriber back by what the callback of an upstream was called with. It fails with a
// fault.InvalidParam, which no redirect may tell of, when there is no such leg, or none any more.
// With any other failure Landed tells where it is told. The leg is over in any case, and one code
// is given at most.
func (l Landing) Land(
	ctx context.Context, name string, back url.Values, from netip.Addr,
) (Landed, error) {
	ticket, ok := grant.ParseTicket(grant.OfLeg, only(back, "state"))
	if !ok {
		return Landed{}, fault.In(fault.InvalidParam, "state")
	}
	g, err := l.Grants.Land(ctx, grant.Landing{
		ID: ticket.ID, Secret: ticket.Secret, Upstream: name, Now: l.Now(),
	})
	switch {
	case errors.Is(err, grant.ErrRefused):
		return Landed{}, fault.In(fault.InvalidParam, "state")
	case err != nil:
		return Landed{}, err
	}
	landed := Landed{Client: g.Client, RedirectURI: g.RedirectURI, State: g.Leg.State}
	peer, outcome := l.Caller.Peer(ctx, l.Upstreams, g.Upstream, upstream.Sending)
	landed.Moved = outcome == upstream.Match && g.Leg.Origin != peer.Origin(from)
	once, err := upstream.OpenOnce(ticket.Key, g.ID, g.Kept)
	if err != nil {
		return landed, err
	}
	var kept upstream.Token
	if outcome == upstream.Match {
		kept, outcome = l.exchange(ctx, once, peer, back, landed.Moved)
	}
	if outcome != upstream.Match {
		_ = l.Grants.Revoke(ctx, g.ID) // it expires anyway
		return landed, outcome.Err()
	}
	landed.Code, err = l.authorize(ctx, ticket, g, peer, kept)
	return landed, err
}

// only returns a parameter that was given once; empty for any other.
func only(form url.Values, name string) string {
	if len(form[name]) != 1 {
		return ""
	}
	return form.Get(name)
}

// landingWithin is how long an upstream may take for all that the device waits for.
const landingWithin = 3 * time.Second

// refuse tells, in a word, of a device that comes to an outcome without a call, which no breaker
// counts: whoever brings it may have made it up.
func (l Landing) refuse(
	ctx context.Context, name string, o upstream.Outcome, word string,
) upstream.Outcome {
	l.Caller.Tell(ctx, upstream.Report{
		Upstream: name, Asked: upstream.Sending, Told: word, Breaker: "",
	})
	return o
}

// exchange reads what the upstream sent back, and exchanges its code.
func (l Landing) exchange(
	ctx context.Context, once upstream.Once, peer upstream.Peer, back url.Values, moved bool,
) (upstream.Token, upstream.Outcome) {
	o := brought(peer, back)
	switch {
	case moved && peer.RefuseMoved:
		return upstream.Token{}, l.refuse(ctx, peer.Name, upstream.OtherNetwork, upstream.Moved)
	case o != upstream.Match:
		return upstream.Token{}, l.refuse(ctx, peer.Name, o, o.String())
	}
	secret, outcome := l.Caller.Secret(ctx, l.Secrets, peer, upstream.Exchanging)
	if outcome != upstream.Match {
		return upstream.Token{}, outcome
	}
	ctx, cancel := context.WithTimeout(ctx, landingWithin)
	defer cancel()
	t, outcome := l.Caller.Exchange(
		ctx, peer, secret, only(back, "code"), callbackOf(l.Issuer, peer.Name), once.Verifier,
	)
	if outcome == upstream.Match && t.ID != "" {
		outcome = l.IDTokens.Check(ctx, peer, secret, t.ID, once.Nonce)
	}
	return t, outcome
}

// brought returns what the parameters of a callback come to: Match when there is a code.
func brought(from upstream.Peer, back url.Values) upstream.Outcome {
	switch {
	case !from.Names(only(back, "iss")):
		return upstream.Malformed
	case back.Has("error"):
		outcome, known := from.Failed(only(back, "error"))
		if !known {
			outcome = upstream.Malformed
		}
		return outcome
	case !isCode(only(back, "code")):
		return upstream.Malformed
	default:
		return upstream.Match
	}
}

// maxCode is the length of an upstream's code, in bytes: what headers have room for.
const maxCode = 4096

// isCode tells whether a text can be a code (RFC 6749 appendix A.11), as which it may stand in a
// header, too.
func isCode(text string) bool {
	return text != "" && len(text) <= maxCode &&
		!strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c > '~' })
}

// authorize gives the grant our own code.
func (l Landing) authorize(
	ctx context.Context, leg grant.Ticket, g grant.Grant, from upstream.Peer, t upstream.Token,
) (string, error) {
	ticket, code, err := leg.Renew(grant.AuthorizationCode, l.Random)
	if err != nil {
		return "", err
	}
	kept, err := t.Seal(ticket.Key, g.ID, l.Random)
	if err != nil {
		return "", err
	}
	now := l.Now()
	_, err = l.Grants.Authorize(ctx, grant.Authorization{
		ID: g.ID, Secret: ticket.Secret, Kept: kept, AMR: from.AMR, Now: now,
		Expires: t.Until(now.Add(codeLifetime)),
	})
	if errors.Is(err, grant.ErrRefused) { // it took too long
		err = fault.New(fault.AccessDenied)
	}
	return code, err
}
