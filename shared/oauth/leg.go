package oauth

import (
	"context"
	"encoding/base64"
	"io"
	"net/url"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/network"
	"lineproof/shared/phone"
	"lineproof/shared/upstream"
)

// legLifetime is how long a subscriber may be away at an upstream.
const legLifetime = 120 * time.Second

// CallbackPath begins the paths that upstreams send subscribers back to; the upstream's name ends
// each.
const CallbackPath = "/oauth2/callback/"

// Sender sends subscribers whom nobody here knows to an upstream.
type Sender struct {
	// Upstreams are those that administrators have put.
	Upstreams upstream.Directory
	// Gate tells whether the one that is chosen is asked.
	Gate upstream.Gate
	// Grants takes the grants of those who were sent.
	Grants GrantCreator
	// Issuer is our own.
	Issuer string
	// VerifyScopes and ShareScopes are those that open verify and share in some wire.
	VerifyScopes, ShareScopes []string
	// Country tells the country of a number, empty for one that has none. Send alone asks it.
	Country func(phone.Number) string
	// Now tells the time; Random makes what is used once.
	Now    func() time.Time
	Random io.Reader
}

// Send begins the leg of an authorization request, and returns where the device goes; false where
// no upstream may be asked. The grant becomes the client's when the subscriber is back.
func (s Sender) Send(
	ctx context.Context, client grant.Client, asked url.Values, from network.Connection,
) (location string, sent bool, err error) {
	all, err := s.Upstreams.Upstreams(ctx)
	if err != nil || len(all) == 0 {
		return "", false, err
	}
	wanted := grant.ParseScope(asked.Get(scopeParameter))
	chosen, found := upstream.Choose(all, s.wish(client, wanted, asked, from), s.Now())
	if !found {
		return "", false, nil
	}
	peer, _ := chosen.Peer() // it was chosen
	return s.sendTo(ctx, peer, client, wanted, asked, from)
}

// sendTo begins a leg to that upstream, and returns where the device goes; false when the upstream
// rests, or has been asked often enough today. No other is asked in its place.
func (s Sender) sendTo(
	ctx context.Context, peer upstream.Peer, client grant.Client, wanted grant.Scope,
	asked url.Values, from network.Connection,
) (location string, sent bool, err error) {
	once, err := s.once()
	if err != nil {
		return "", false, err
	}
	g, state, err := s.leg(client, asked, peer, from, once)
	if err != nil {
		return "", false, err
	}
	leg := upstream.Leg{
		State: state, Callback: callbackOf(s.Issuer, peer.Name), Nonce: once.Nonce,
		Verifier: once.Verifier, Purpose: purposeOf(wanted), Number: hinted(asked),
		Verify: wanted.Opens(s.VerifyScopes), Share: wanted.Opens(s.ShareScopes),
	}
	lets, err := s.Gate.Lets(ctx, peer, upstream.Sending, leg.Follow(peer)...)
	if err != nil || !lets {
		return "", false, err
	}
	if err := s.Grants.Put(ctx, g); err != nil {
		return "", false, err
	}
	s.Gate.Sent(ctx, peer)
	return peer.AuthorizeURL(leg, challengeOf), true, nil
}

// wish returns what an upstream is wanted for.
func (s Sender) wish(
	client grant.Client, wanted grant.Scope, asked url.Values, from network.Connection,
) upstream.Asked {
	hint := hinted(asked)
	wish := upstream.Asked{
		Sandbox: client.Sandbox, Wanted: client.Upstream, Purpose: purposeOf(wanted),
		Verify: wanted.Opens(s.VerifyScopes), Share: wanted.Opens(s.ShareScopes),
		Shapes: []upstream.Shape{upstream.CodeFlow}, Network: asked.Get(carrierParameter),
		Address: from.Address.Addr(),
	}
	if !hint.IsZero() {
		wish.Number, wish.Country = hint.Digits(), s.Country(hint)
	}
	return wish
}

// once draws what an upstream is sent once of a leg.
func (s Sender) once() (upstream.Once, error) {
	var drawn [2][32]byte
	for i := range drawn {
		if _, err := io.ReadFull(s.Random, drawn[i][:]); err != nil {
			return upstream.Once{}, fault.Wrap(fault.Internal, err)
		}
	}
	return upstream.Once{
		Verifier: base64.RawURLEncoding.EncodeToString(drawn[0][:]),
		Nonce:    base64.RawURLEncoding.EncodeToString(drawn[1][:]),
	}, nil
}

// leg returns the grant of a subscriber who is sent to an upstream, and the state of the leg, by
// which alone what is sent once can be opened.
func (s Sender) leg(
	client grant.Client, asked url.Values, to upstream.Peer, from network.Connection,
	once upstream.Once,
) (grant.Grant, string, error) {
	ticket, state, err := grant.NewTicket(grant.OfLeg, s.Random)
	if err != nil {
		return grant.Grant{}, "", err
	}
	kept, err := once.Seal(ticket.Key, ticket.ID, s.Random)
	if err != nil {
		return grant.Grant{}, "", err
	}
	return grant.Grant{
		ID:          ticket.ID,
		Client:      client.ID,
		State:       grant.Sent,
		Type:        grant.AuthorizationCode,
		Scope:       normalScope(asked.Get(scopeParameter)),
		Policy:      onceOnly(client.Policy),
		Secret:      ticket.Secret,
		RedirectURI: asked.Get("redirect_uri"),
		Challenge:   asked.Get("code_challenge"),
		Nonce:       asked.Get("nonce"),
		Upstream:    to.Name,
		Leg: grant.Leg{
			State:  asked.Get("state"),
			Origin: to.Origin(from.Address.Addr()),
		},
		Kept:    kept,
		Expires: s.Now().Add(legLifetime),
	}, state, nil
}

// onceOnly returns the policy of tokens that an upstream answers for: it is asked once, whatever
// the client's tokens are good for.
func onceOnly(p grant.Policy) grant.Policy {
	p.SingleUse, p.RefreshLifetime = true, 0
	return p
}

// carrierParameter names the network of the SIM, MCC and MNC, as Android tells it to apps.
const carrierParameter = "carrier_hint"

// purposeOf returns the purpose of a scope, which has one at most.
func purposeOf(s grant.Scope) string {
	if len(s.Purposes) == 0 {
		return ""
	}
	return s.Purposes[0]
}

// hinted returns the number that the client says it is about, which proves nothing.
func hinted(asked url.Values) phone.Number {
	hint, err := network.ParseHint(asked.Get(loginHintParameter))
	if err != nil {
		return phone.Number{}
	}
	return hint.Number
}

// callbackOf returns where an upstream sends subscribers back to.
func callbackOf(issuer, name string) string { return issuer + CallbackPath + name }
