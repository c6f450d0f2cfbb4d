package oauth

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/network"
	"lineproof/shared/phone"
	"lineproof/shared/token"
	"lineproof/shared/upstream"
)

// Hints identifies the subscribers that clients' servers name, in CIBA requests and JWT-bearer
// assertions. Sandbox numbers mean nothing here: tel: proves no SIM, whatever the number. An
// address is a client's word too, so it is looked up for those clients alone that are registered
// for it.
type Hints struct {
	// Operators are the issuers of operator tokens.
	Operators token.Operators
	// Directory knows the mobile sessions.
	Directory network.Directory
	// Slots counts the look-ups of addresses, and Random draws from them (see
	// grant.Client.SpendLookup).
	Slots  grant.ReplayStore
	Random io.Reader
	// Upstreams are those that administrators have put, some of which take operator tokens.
	Upstreams upstream.Directory
	// VerifyScopes and ShareScopes are the scopes that open verify and share in some wire. For the
	// latter nobody's address is looked up.
	VerifyScopes, ShareScopes []string
	// Issuer is our issuer identifier, the audience of operator tokens.
	Issuer string
	// Now tells the time.
	Now func() time.Time
}

// identified is a subscriber, with the single-use token that vouched, if one did.
type identified struct {
	network.Subscriber
	once token.Once
	// abroad names the upstream that alone can tell who the subscriber of vouch is, an operator
	// token; empty where we know.
	abroad, vouch string
}

// pointer is what a client points to a subscriber with: a login_hint, or an assertion's sub, for
// tokens of a scope; and the network of the SIM, MCC and MNC, where the client tells it.
type pointer struct{ scope, hint, carrier string }

// identify returns the subscriber that a client points to: by an operator token SIM-based, or by
// the upstream that takes it; by the session that holds an address network-based, by a number alone
// not at all authenticated. It fails with network.ErrUnresolved when no session is known, with what
// the operator token's verification says, with a fault.UnknownUserID for whom the client may not
// see, with a fault.TooManyRequests when its look-ups are spent, and with a fault.InvalidRequest
// for what is no hint.
func (h Hints) identify(
	ctx context.Context, client grant.Client, to pointer,
) (identified, error) {
	hint, err := network.ParseHint(to.hint)
	if err != nil {
		return identified{}, fault.In(fault.InvalidRequest, loginHintParameter)
	}
	found := identified{Subscriber: network.Subscriber{Number: hint.Number}}
	switch hint.Kind {
	case network.ByToken:
		name, known, errAbroad := h.abroad(ctx, client, to, hint.Token)
		if known || errAbroad != nil {
			once := token.Opaque(hint.Token, h.Now())
			return identified{once: once, abroad: name, vouch: hint.Token}, errAbroad
		}
		found.AMR = network.SIMBased
		found.Number, found.once, err = h.Operators.Verify(hint.Token, h.Issuer, h.Now())
	case network.ByAddress:
		found.AMR = network.NetworkBased
		found.Number, err = h.holder(ctx, client, to.scope, hint.Address)
	}
	if err == nil && !client.Sees(found.Number) {
		return identified{}, unseen(hint.Kind)
	}
	return found, err
}

// abroad names the upstream that takes an operator token which is no operator's of ours, or false
// where none may be asked about it.
func (h Hints) abroad(
	ctx context.Context, client grant.Client, to pointer, vouch string,
) (name string, known bool, err error) {
	if h.Operators.Issued(vouch) {
		return "", false, nil
	}
	all, err := h.Upstreams.Upstreams(ctx)
	if err != nil || len(all) == 0 {
		return "", false, err
	}
	wanted := grant.ParseScope(to.scope)
	chosen, found := upstream.Choose(all, upstream.Asked{
		Sandbox: client.Sandbox, Wanted: client.Upstream, Purpose: purposeOf(wanted),
		Verify: wanted.Opens(h.VerifyScopes), Share: wanted.Opens(h.ShareScopes),
		Vouched: true, VouchedBy: token.OperatorOf(vouch), Network: to.carrier,
	}, h.Now())
	return chosen.Name, found, nil
}

// unseen returns what a client learns of a subscriber whom it may not see: that nobody has the
// address, or that nobody is known.
func unseen(by network.HintKind) error {
	if by == network.ByAddress {
		return network.ErrUnresolved
	}
	return fault.In(fault.UnknownUserID, loginHintParameter)
}

// holder returns the number of who holds the address. It is never told for a scope that opens
// share: so a client could learn the number behind any address that it writes down.
func (h Hints) holder(
	ctx context.Context, client grant.Client, scope string, at netip.AddrPort,
) (phone.Number, error) {
	if client.AddressLookups == 0 || grant.ParseScope(scope).Opens(h.ShareScopes) {
		return phone.Number{}, fault.In(fault.UnknownUserID, loginHintParameter)
	}
	err := client.SpendLookup(ctx, h.Slots, h.Random, h.Now())
	if errors.Is(err, grant.ErrLookups) {
		return phone.Number{}, fault.Wrap(fault.TooManyRequests, err)
	}
	if err != nil {
		return phone.Number{}, err
	}
	session, err := h.Directory.Session(ctx, at, h.Now())
	return session.Number, err
}

// spend records the operator token that identified the subscriber, so that it identifies once. It
// fails with the given kind when it was seen before.
func (i identified) spend(ctx context.Context, by Signatures, replayed fault.Kind) error {
	if i.once.Key == "" {
		return nil
	}
	return by.once(ctx, i.once, replayed)
}

// isCredential tells whether an operator token was not acceptable.
func isCredential(err error) bool {
	return fault.Is(err, fault.InvalidCredentials, fault.ExpiredCredentials)
}

// authenticated returns the grant with what it records of a subscriber. An upstream is asked once,
// whatever the client's tokens are good for.
func (i identified) authenticated(g grant.Grant) grant.Grant {
	g.Number, g.AMR, g.Upstream = i.Number, grant.AMR(i.AMR), i.abroad
	if i.abroad != "" {
		g.Policy = onceOnly(g.Policy)
	}
	return g
}
