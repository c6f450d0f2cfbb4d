package oauth

import (
	"context"
	"errors"
	"io"
	"net/url"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/network"
	"lineproof/shared/upstream"
)

const (
	// requestLifetime is how long an auth_req_id can be polled.
	requestLifetime = 120 * time.Second
	// PollInterval is how long a client waits between polls, and by how much a poll that is too
	// fast lengthens it (CIBA Core §7.3, §11).
	PollInterval = 5 * time.Second
)

// Backchannel starts CIBA authentications in poll mode (CIBA Core §7).
type Backchannel struct {
	// Auth authenticates clients.
	Auth ClientAuth
	// Hints identifies subscribers.
	Hints Hints
	// Grants takes the new grants.
	Grants GrantCreator
	// Random makes auth_req_ids.
	Random io.Reader
}

// CIBARequest is what a client may poll for (CIBA Core §7.3).
type CIBARequest struct {
	// ID is the auth_req_id.
	ID string
	// Lifetime is how long it can be polled, Interval how long to wait between polls; whole
	// seconds.
	Lifetime, Interval time.Duration
}

// Begin starts an authentication. The subscriber is identified at once; or at a poll, while an
// address has no session yet, and by an operator token that an upstream takes. binding_message,
// user_code and requested_expiry are ignored. It fails with the errors of CIBA Core §13, as kinds.
func (b Backchannel) Begin(ctx context.Context, q Request) (CIBARequest, error) {
	client, err := b.Auth.authenticate(ctx, q)
	if err != nil {
		return CIBARequest{}, err
	}
	if !client.Allows(grant.CIBA) {
		return CIBARequest{}, fault.New(fault.UnauthorizedClient)
	}
	asked, err := b.Auth.overlay(ctx, q.Path, client, q.Form)
	if err != nil {
		return CIBARequest{}, err
	}
	if _, err := client.Scope(asked.Get(scopeParameter)); err != nil {
		return CIBARequest{}, err
	}
	if err := checkHints(asked); err != nil {
		return CIBARequest{}, err
	}
	return b.identify(ctx, client, asked)
}

// checkHints wants one login_hint and none of the hints that number verification does not use (CIBA
// Core §7.1).
func checkHints(asked url.Values) error {
	for _, name := range []string{"login_hint_token", "id_token_hint"} {
		if asked.Has(name) {
			return fault.In(fault.InvalidParam, name)
		}
	}
	if !asked.Has(loginHintParameter) {
		return fault.In(fault.MissingParam, loginHintParameter)
	}
	return nil
}

// identify finds the subscriber and writes the grant, pending when nobody is known yet.
func (b Backchannel) identify(
	ctx context.Context, client grant.Client, asked url.Values,
) (CIBARequest, error) {
	found, err := b.Hints.identify(ctx, client, pointer{
		asked.Get(scopeParameter), asked.Get(loginHintParameter), asked.Get(carrierParameter),
	})
	pending := errors.Is(err, network.ErrUnresolved)
	switch {
	case isCredential(err):
		return CIBARequest{}, fault.Wrap(fault.UnknownUserID, err)
	case err != nil && !pending:
		return CIBARequest{}, err
	}
	if err := found.spend(ctx, b.Auth.Signatures, fault.UnknownUserID); err != nil {
		return CIBARequest{}, err
	}
	return b.put(ctx, client, asked, found, pending)
}

func (b Backchannel) put(
	ctx context.Context, client grant.Client, asked url.Values, found identified, pending bool,
) (CIBARequest, error) {
	ticket, id, err := grant.NewTicket(grant.CIBA, b.Random)
	if err != nil {
		return CIBARequest{}, err
	}
	now := b.Auth.Now()
	g := found.authenticated(grant.Grant{
		ID:       ticket.ID,
		Client:   client.ID,
		State:    grant.Authorized,
		Type:     grant.CIBA,
		Scope:    normalScope(asked.Get(scopeParameter)),
		Policy:   client.Policy,
		Secret:   ticket.Secret,
		AuthTime: now,
		Expires:  now.Add(requestLifetime),
	})
	if pending || found.abroad != "" { // the first poll may come at once (CIBA Core §7.3)
		g.State, g.Number, g.AMR = grant.Pending, network.Subscriber{}.Number, ""
		g.Interval, g.NextPoll = PollInterval, now
	}
	switch {
	case pending:
		g.Hint = asked.Get(loginHintParameter)
	case found.abroad != "": // who polls has the upstream asked
		vouch := upstream.Vouch{Token: found.vouch}
		if g.Kept, err = vouch.Seal(ticket.Key, ticket.ID, b.Random); err != nil {
			return CIBARequest{}, err
		}
	}
	return CIBARequest{id, requestLifetime, PollInterval}, b.Grants.Put(ctx, g)
}
