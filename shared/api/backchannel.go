package api

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/network"
	"lineproof/shared/web"
)

const (
	// requestLifetime is how long an auth_req_id can be polled.
	requestLifetime = 120 * time.Second
	// pollInterval is how long a client waits between polls, and by how much a poll that is too fast lengthens it (CIBA Core §7.3, §11).
	pollInterval = 5 * time.Second
)

// Backchannel is what the CIBA endpoint needs.
type Backchannel struct {
	// Auth authenticates clients.
	Auth ClientAuth
	// Hints identifies subscribers.
	Hints Hints
	// Grants takes the new grants.
	Grants NewGrants
	// Random makes auth_req_ids.
	Random io.Reader
}

// backchannelAnswer is the body of CIBA Core §7.3.
type backchannelAnswer struct {
	AuthReqID string `json:"auth_req_id"`
	ExpiresIn int    `json:"expires_in"`
	Interval  int    `json:"interval"`
}

// BCAuthorize starts a CIBA authentication in poll mode (CIBA Core §7). The subscriber is identified at once, or, while an
// address has no session yet, at a later poll. binding_message, user_code and requested_expiry are ignored.
func BCAuthorize(b Backchannel) web.Endpoint {
	return func(r *http.Request) (any, error) {
		form, err := web.Form(r)
		if err != nil {
			return nil, err
		}
		client, err := b.Auth.authenticate(r, form)
		if err != nil {
			return nil, err
		}
		if !client.Allows(grant.CIBA) {
			return nil, fault.New(fault.UnauthorizedClient)
		}
		asked, err := b.Auth.overlay(r.Context(), r.URL.Path, client, form)
		if err != nil {
			return nil, err
		}
		return b.start(r, client, asked)
	}
}

// start checks the request and writes its grant.
func (b Backchannel) start(r *http.Request, client grant.Client, asked url.Values) (any, error) {
	if _, err := client.Scope(asked.Get("scope")); err != nil {
		return nil, err
	}
	if err := checkHints(asked); err != nil {
		return nil, err
	}
	scope, hint := asked.Get("scope"), asked.Get(hintParameter)
	found, err := b.Hints.identify(r.Context(), client, scope, hint)
	pending := errors.Is(err, network.ErrUnresolved)
	switch {
	case isCredential(err):
		return nil, fault.Wrap(fault.UnknownUserID, err)
	case err != nil && !pending:
		return nil, err
	}
	if err := found.spend(r.Context(), b.Auth, fault.UnknownUserID); err != nil {
		return nil, err
	}
	return b.put(r, client, asked, found, pending)
}

// checkHints wants one login_hint and none of the hints that number verification does not use (CIBA Core §7.1).
func checkHints(asked url.Values) error {
	for _, name := range []string{"login_hint_token", "id_token_hint"} {
		if asked.Has(name) {
			return fault.In(fault.InvalidParam, name)
		}
	}
	if !asked.Has("login_hint") {
		return fault.In(fault.MissingParam, "login_hint")
	}
	return nil
}

func (b Backchannel) put(r *http.Request, client grant.Client, asked url.Values, found identified, pending bool) (any, error) {
	ticket, id, err := grant.NewTicket(grant.CIBA, b.Random)
	if err != nil {
		return nil, err
	}
	now := b.Auth.Now()
	g := found.authenticated(grant.Grant{
		ID:       ticket.ID,
		Client:   client.ID,
		State:    grant.Authorized,
		Type:     grant.CIBA,
		Scope:    scopeText(asked.Get("scope")),
		Policy:   client.Policy,
		Secret:   ticket.Secret,
		AuthTime: now,
		Expires:  now.Add(requestLifetime),
	})
	if pending {
		g.State, g.Number, g.AMR = grant.Pending, network.Subscriber{}.Number, ""
		g.Hint, g.Interval, g.NextPoll = asked.Get("login_hint"), pollInterval, now // the interval lies between polls (CIBA Core §7.3)
	}
	answer := backchannelAnswer{id, int(requestLifetime / time.Second), int(pollInterval / time.Second)}
	return answer, b.Grants.Put(r.Context(), g)
}
