package oauth

import (
	"context"
	"errors"
	"io"
	"net/url"
	"strings"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/network"
	"lineproof/shared/phone"
)

// codeLifetime is how long an authorization code can be exchanged (RFC 6749 §4.1.2 recommends at
// most ten minutes).
const codeLifetime = 60 * time.Second

// Resolve names the subscriber of a connection, or fails with network.ErrUnresolved; a
// network.Chain's method is one.
type Resolve func(ctx context.Context, c network.Connection) (network.Subscriber, error)

// Authorizer authenticates subscribers by the mobile network and hands out codes (OpenID Connect
// Core §3.1.2). There is never a page to click.
type Authorizer struct {
	// Signatures checks request objects.
	Signatures
	// Clients are those registered.
	Clients grant.ClientStore
	// Grants takes the new grants.
	Grants GrantCreator
	// Resolve names the subscriber of a connection, and Sender sends one whom it does not know to
	// an upstream.
	Resolve Resolve
	Sender  Sender
	// Random makes codes.
	Random io.Reader
}

// Client returns the client when its redirect_uri is one of those registered, each named once. It
// fails with a fault.MissingParam or a fault.InvalidParam that no redirect may tell of.
func (a Authorizer) Client(ctx context.Context, form url.Values) (grant.Client, error) {
	for _, name := range []string{clientParameter, "redirect_uri"} {
		switch len(form[name]) {
		case 0:
			return grant.Client{}, fault.In(fault.MissingParam, name)
		case 1:
		default:
			return grant.Client{}, fault.In(fault.InvalidParam, name)
		}
	}
	client, err := grant.Enabled(ctx, a.Clients, form.Get(clientParameter))
	if errors.Is(err, grant.ErrNotFound) {
		return grant.Client{}, fault.In(fault.InvalidParam, clientParameter)
	}
	if err == nil && !client.Redirects(form.Get("redirect_uri")) {
		err = fault.In(fault.InvalidParam, "redirect_uri")
	}
	return client, err
}

// Asked returns the parameters that count: those of the request object, if there is one, which may
// be addressed to the path called. With an error come those of the form.
func (a Authorizer) Asked(
	ctx context.Context, client grant.Client, path string, form url.Values,
) (url.Values, error) {
	if form.Has("request_uri") {
		return form, fault.New(fault.RequestURINotSupported)
	}
	asked, err := a.overlay(ctx, path, client, form,
		"response_type", clientParameter, "redirect_uri", scopeParameter)
	if err != nil {
		return form, err
	}
	return asked, nil
}

// Authorized is where an authorization request leads: back to the client with a code, or to an
// upstream.
type Authorized struct{ Code, Location string }

// Authorize begins the authorization that those parameters ask for from a connection. It fails with
// the errors of RFC 6749 §4.1.2.1 and OpenID Connect Core §3.1.2.6, as kinds.
func (a Authorizer) Authorize(
	ctx context.Context, client grant.Client, asked url.Values, from network.Connection,
) (Authorized, error) {
	if err := checkAuthorization(client, asked); err != nil {
		return Authorized{}, err
	}
	found, err := a.resolve(ctx, client, asked, from)
	switch {
	case errors.Is(err, network.ErrUnresolved):
		return a.send(ctx, client, asked, from)
	case err != nil:
		return Authorized{}, err
	}
	code, err := a.put(ctx, client, asked, found)
	return Authorized{Code: code}, err
}

// send sends a subscriber whom nobody here knows to an upstream, if one may be asked.
func (a Authorizer) send(
	ctx context.Context, client grant.Client, asked url.Values, from network.Connection,
) (Authorized, error) {
	location, sent, err := a.Sender.Send(ctx, client, asked, from)
	switch {
	case err != nil:
		return Authorized{}, err
	case sent:
		return Authorized{Location: location}, nil
	case asked.Get("prompt") == "none":
		return Authorized{}, fault.Wrap(fault.LoginRequired, network.ErrUnresolved)
	default:
		return Authorized{}, fault.Wrap(fault.AccessDenied, network.ErrUnresolved)
	}
}

// resolve names who holds the connection. A sandbox client's test number goes before the network.
func (a Authorizer) resolve(ctx context.Context, client grant.Client, asked url.Values,
	from network.Connection) (network.Subscriber, error) {
	if number := testNumber(asked.Get(loginHintParameter)); client.Sandbox && !number.IsZero() {
		return network.Sandbox(number)
	}
	found, err := a.Resolve(ctx, from)
	if err == nil && !client.Sees(found.Number) {
		return network.Subscriber{}, network.ErrUnresolved
	}
	return found, err
}

// testNumber returns the +990 number that a hint names, or none. Real numbers in hints are what a
// client believes, not proof.
func testNumber(hint string) phone.Number {
	parsed, err := network.ParseHint(hint)
	if err != nil || !parsed.Number.IsSandbox() {
		return phone.Number{}
	}
	return parsed.Number
}

// put writes the grant and returns its code.
func (a Authorizer) put(
	ctx context.Context, client grant.Client, asked url.Values, found network.Subscriber,
) (string, error) {
	ticket, code, err := grant.NewTicket(grant.AuthorizationCode, a.Random)
	if err != nil {
		return "", err
	}
	now := a.Now()
	return code, a.Grants.Put(ctx, grant.Grant{
		ID:          ticket.ID,
		Client:      client.ID,
		State:       grant.Authorized,
		Type:        grant.AuthorizationCode,
		Scope:       normalScope(asked.Get(scopeParameter)),
		Number:      found.Number,
		AMR:         grant.AMR(found.AMR),
		Policy:      client.Policy,
		Secret:      ticket.Secret,
		RedirectURI: asked.Get("redirect_uri"),
		Challenge:   asked.Get("code_challenge"),
		Nonce:       asked.Get("nonce"),
		AuthTime:    now,
		Expires:     now.Add(codeLifetime),
	})
}

// checkAuthorization checks what does not need the network.
func checkAuthorization(client grant.Client, asked url.Values) error {
	switch mode := asked.Get("response_mode"); {
	case !asked.Has("response_type"):
		return fault.In(fault.MissingParam, "response_type")
	case asked.Get("response_type") != "code":
		return fault.New(fault.UnsupportedResponseType)
	case mode != "" && mode != "query":
		return fault.In(fault.InvalidParam, "response_mode")
	case !client.Allows(grant.AuthorizationCode):
		return fault.New(fault.UnauthorizedClient)
	}
	if _, err := client.Scope(asked.Get(scopeParameter)); err != nil {
		return err
	}
	if err := checkChallenge(client, asked); err != nil {
		return err
	}
	return checkPrompt(asked.Get("prompt"))
}

// checkPrompt refuses what would need a page. None is implied, so asking for it changes only the
// name of a failure.
func checkPrompt(prompt string) error {
	values := strings.Fields(prompt)
	if len(values) > 1 && strings.Contains(prompt, "none") {
		return fault.In(fault.InvalidParam, "prompt")
	}
	for _, value := range values {
		switch value {
		case "none":
		case "login", "select_account":
			return fault.New(fault.LoginRequired)
		case "consent":
			return fault.New(fault.ConsentRequired)
		default:
			return fault.In(fault.InvalidParam, "prompt")
		}
	}
	return nil
}
