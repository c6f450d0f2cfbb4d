package api

import (
	"context"
	"errors"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/network"
	"lineproof/shared/token"
)

// Hints identifies the subscribers that clients' servers name, in CIBA requests and JWT-bearer assertions. Sandbox numbers mean
// nothing here: tel: proves no SIM, whatever the number.
type Hints struct {
	// Operators are the issuers of operator tokens.
	Operators token.Operators
	// Directory knows the mobile sessions.
	Directory network.Directory
	// Issuer is our issuer identifier, the audience of operator tokens.
	Issuer string
	// Now tells the time.
	Now Clock
}

// identified is a subscriber, with the single-use token that vouched, if one did.
type identified struct {
	network.Subscriber
	once token.Once
}

// identify gives the subscriber that a login_hint names: by an operator token SIM-based, by the session that holds an
// address network-based, by a number alone not at all authenticated. It fails with network.ErrUnresolved when no session is
// known, with what the operator token's verification says, and with a fault.InvalidRequest for what is no hint.
func (h Hints) identify(ctx context.Context, text string) (identified, error) {
	hint, err := network.ParseHint(text)
	if err != nil {
		return identified{}, fault.In(fault.InvalidRequest, "login_hint")
	}
	switch hint.Kind {
	case network.ByToken:
		number, once, err := h.Operators.Verify(hint.Token, h.Issuer, h.Now())
		return identified{network.Subscriber{Number: number, AMR: network.SIMBased}, once}, err
	case network.ByAddress:
		session, err := h.Directory.Session(ctx, hint.Address, h.Now())
		return identified{Subscriber: network.Subscriber{Number: session.Number, AMR: network.NetworkBased}}, err
	default:
		return identified{Subscriber: network.Subscriber{Number: hint.Number}}, nil
	}
}

// spend records the operator token that identified the subscriber, so that it identifies once. It fails with the given kind
// when it was seen before.
func (i identified) spend(ctx context.Context, auth ClientAuth, replayed fault.Kind) error {
	if i.once.Key == "" {
		return nil
	}
	return auth.once(ctx, i.once, replayed)
}

// isCredential tells whether err says that an operator token is not acceptable.
func isCredential(err error) bool {
	return errors.Is(err, fault.New(fault.InvalidCredentials)) || errors.Is(err, fault.New(fault.ExpiredCredentials))
}

// authenticated gives what a grant records of a subscriber.
func (i identified) authenticated(g grant.Grant) grant.Grant {
	g.Number, g.AMR = i.Number, grant.AMR(i.AMR)
	return g
}
