package oauth

import (
	"context"
	"errors"
	"net/url"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/network"
	"lineproof/shared/phone"
	"lineproof/shared/silent"
	"lineproof/shared/upstream"
)

// ourselves is whose the grants of silent steps are, for which no client asks. No registered client
// can have that name.
const ourselves = "@silent-auth"

// SilentPurpose is what silent steps ask upstreams for.
const SilentPurpose = "dpv:FraudPreventionAndDetection"

// Devices has upstreams tell whose line a device has that is in a silent step and that nobody here
// knows. It is a client of our own on the legs of [Sender] and [Landing]: the device comes back to
// where it was sent from, with a code that is redeemed here, once, and asked about at once.
type Devices struct {
	Sender

	// Grants redeems the codes.
	Grants SilentGrants
	// Answers asks about them.
	Answers Answers
}

// SilentGrants keeps the grants of silent steps; every grant.Store does.
type SilentGrants interface {
	GrantCreator
	// Redeem is that of grant.Store.
	Redeem(ctx context.Context, r grant.Redemption) (grant.Grant, error)
}

// Line is a line that a device may have.
type Line struct {
	Number phone.Number
	// Country is where that is.
	Country string
}

// Covering returns the upstream of one of the shapes that is asked about a line, whose device has
// that connection, if it has one yet; false when none may be.
func Covering(
	all []upstream.Upstream, l Line, from network.Connection, now time.Time,
	shapes ...upstream.Shape,
) (upstream.Peer, bool) {
	chosen, found := upstream.Choose(all, upstream.Asked{
		Purpose: SilentPurpose, Verify: true, Shapes: shapes, Number: l.Number.Digits(),
		Country: l.Country, Address: from.Address.Addr(),
	}, now)
	peer, known := chosen.Peer()
	return peer, found && known
}

// Send begins the leg of a device to an upstream, and returns where it goes, or false when the
// upstream is not asked. It comes back to that address of ours.
func (d Devices) Send(
	ctx context.Context, to upstream.Peer, l Line, back string, from network.Connection,
) (location string, sent bool, err error) {
	const scope = SilentPurpose + " " + silentScope
	return d.sendTo(ctx, to, grant.Client{ID: ourselves}, grant.ParseScope(scope), url.Values{
		scopeParameter:     {scope},
		"redirect_uri":     {back},
		loginHintParameter: {"tel:" + l.Number.E164()},
	}, from)
}

// silentScope opens verify in wires that leave numbers out of scopes.
const silentScope = "number-verification:verify"

// Prove tells whether the line of a device that came back has the number. The code is good once,
// for the address that the device was sent from. It fails with a fault.InvalidGrant for any other,
// and with a fault.Unavailable before the code is redeemed; after that nobody is asked twice.
func (d Devices) Prove(
	ctx context.Context, code, back string, n phone.Number,
) (silent.Proof, error) {
	ticket, ok := grant.ParseTicket(grant.AuthorizationCode, code)
	if !ok {
		return silent.Proof{}, fault.New(fault.InvalidGrant)
	}
	now := d.Now()
	g, err := d.Grants.Redeem(ctx, grant.Redemption{
		ID: ticket.ID, From: grant.Authorized, Client: ourselves, Secret: ticket.Secret,
		RedirectURI: back, Now: now, Expires: now.Add(legLifetime),
	})
	switch {
	case errors.Is(err, grant.ErrRefused):
		return silent.Proof{}, fault.New(fault.InvalidGrant)
	case err != nil:
		return silent.Proof{}, err
	}
	if err := g.Closed(now); err != nil {
		return silent.Proof{Why: fault.Of(err)}, nil
	}
	return d.Answers.Prove(ctx, g, ticket.Key, n), nil
}
