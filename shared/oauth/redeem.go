package oauth

import (
	"context"
	"io"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/token"
)

// Redeemer redeems what stands for a subscriber's authorization: a code, an auth_req_id or an
// assertion. The client is authenticated first, and what it shows is consumed only by the one write
// that all its conditions hold for: a refused exchange burns nothing.
type Redeemer struct {
	// Auth authenticates clients.
	Auth ClientAuth
	// Hints identifies the subscribers of assertions, and of CIBA requests that still wait for one.
	Hints Hints
	// OperatorTokens has upstreams take those that nobody here can read.
	OperatorTokens OperatorTokens
	// Grants keeps what tokens stand for.
	Grants grant.Store
	// Random makes the IDs of grants that had no code.
	Random io.Reader
}

// Redeemed is the grant that something stood for.
type Redeemed struct {
	grant.Grant
	// Client is whose it is.
	Client grant.Client
	// At is when it was redeemed.
	At time.Time
	// Key opens what the grant keeps of its upstream; nil where it keeps nothing.
	Key []byte
}

// redeem redeems one kind of proof.
type redeem func(ctx context.Context, client grant.Client, q Request) (Redeemed, error)

// of returns what redeems a grant type. Refresh tokens are not redeemed but exchanged: they need a
// signing key.
func (r Redeemer) of(t grant.Type) (redeem, error) {
	switch t {
	case grant.AuthorizationCode:
		return r.code, nil
	case grant.CIBA:
		return r.poll, nil
	case grant.JWTBearer:
		return r.bearer, nil
	default:
		return nil, fault.New(fault.UnsupportedGrantType)
	}
}

// Redeem authenticates the client of a token request and redeems what it shows.
func (r Redeemer) Redeem(ctx context.Context, q Request) (Redeemed, error) {
	redeem, err := r.of(q.grantType())
	if err != nil {
		return Redeemed{}, err
	}
	client, err := r.client(ctx, q)
	if err != nil {
		return Redeemed{}, err
	}
	return redeem(ctx, client, q)
}

// client authenticates a client that may use the grant type. A JWT-bearer assertion is itself the
// client's authentication: what it proves is checked with it, so only the client is looked up here,
// unless the request authenticates it in a way of its own too.
func (r Redeemer) client(ctx context.Context, q Request) (grant.Client, error) {
	client, err := r.caller(ctx, q)
	if err == nil && !client.Allows(q.grantType()) {
		err = fault.New(fault.UnauthorizedClient)
	}
	return client, err
}

func (r Redeemer) caller(ctx context.Context, q Request) (grant.Client, error) {
	if q.grantType() != grant.JWTBearer || q.authenticates() {
		return r.Auth.authenticate(ctx, q)
	}
	if !q.Form.Has(assertionParameter) {
		return grant.Client{}, fault.In(fault.MissingParam, assertionParameter)
	}
	return r.Auth.named(ctx, q.Form, token.AssertionClient(q.Form.Get(assertionParameter)))
}

// redemption returns the conditions and the effect of a client's exchange of a ticket, but for what
// only codes have.
func (r Redeemer) redemption(ticket grant.Ticket, client grant.Client) grant.Redemption {
	now := r.Auth.Now()
	made := grant.Redemption{
		ID: ticket.ID, From: grant.Authorized, Client: client.ID, Secret: ticket.Secret,
		Now: now, Expires: now.Add(max(client.Policy.Lifetime, client.Policy.RefreshLifetime)),
	}
	if client.Policy.RefreshLifetime > 0 {
		made.Generation = 1
	}
	return made
}
