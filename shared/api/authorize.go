package api

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"lineproof/shared/dialect"
	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/network"
	"lineproof/shared/phone"
	"lineproof/shared/web"
)

// codeLifetime is how long an authorization code can be exchanged (RFC 6749 §4.1.2 recommends at most ten minutes).
const codeLifetime = 60 * time.Second

// Authorization is what the authorization endpoint needs.
type Authorization struct {
	// Auth knows the clients and checks their request objects.
	Auth ClientAuth
	// Grants takes the new grants.
	Grants NewGrants
	// Locate tells where the browser's request came from.
	Locate Locator
	// Resolve names the subscriber there.
	Resolve Resolve
	// Random makes codes.
	Random io.Reader
}

// Authorize authenticates the subscriber by the mobile network and sends the browser back with a code (OpenID Connect Core
// §3.1.2). There is never a page to click. A bad client or redirect_uri is shown as a page; every later failure goes back to
// the client by a redirect.
func Authorize(a Authorization) web.Endpoint {
	return func(r *http.Request) (any, error) {
		form, err := web.Values(r)
		if err != nil {
			return nil, err
		}
		client, err := a.client(r, form)
		if err != nil {
			return nil, err
		}
		asked, err := a.asked(r, client, form)
		var back url.Values
		if err == nil {
			back, err = a.grant(r, client, asked)
		}
		if err != nil {
			back = refusalParameters(web.Wire(r), asked, fault.As(err))
		}
		back.Set("iss", a.Auth.Issuer) // RFC 9207
		return web.Redirect(withQuery(form.Get("redirect_uri"), back)), nil
	}
}

// client gives the client when its redirect_uri is one of those registered, each named once.
func (a Authorization) client(r *http.Request, form url.Values) (grant.Client, error) {
	for _, name := range []string{"client_id", "redirect_uri"} {
		switch len(form[name]) {
		case 0:
			return grant.Client{}, fault.In(fault.MissingParam, name)
		case 1:
		default:
			return grant.Client{}, fault.In(fault.InvalidParam, name)
		}
	}
	client, err := grant.Enabled(r.Context(), a.Auth.Clients, form.Get("client_id"))
	if errors.Is(err, grant.ErrNotFound) {
		return grant.Client{}, fault.In(fault.InvalidParam, "client_id")
	}
	if err == nil && !client.Redirects(form.Get("redirect_uri")) {
		err = fault.In(fault.InvalidParam, "redirect_uri")
	}
	return client, err
}

// asked gives the parameters that count: those of the request object, if there is one. With an error come those of the form.
func (a Authorization) asked(r *http.Request, client grant.Client, form url.Values) (url.Values, error) {
	if err := web.Single(form); err != nil {
		return form, err
	}
	if form.Has("request_uri") {
		return form, fault.New(fault.RequestURINotSupported)
	}
	asked, err := a.Auth.overlay(r.Context(), r.URL.Path, client, form, "response_type", "client_id", "redirect_uri", "scope")
	if err != nil {
		return form, err
	}
	return asked, nil
}

// grant gives the parameters of a successful answer.
func (a Authorization) grant(r *http.Request, client grant.Client, asked url.Values) (url.Values, error) {
	if err := checkAuthorization(client, asked); err != nil {
		return nil, err
	}
	subscriber, err := a.subscriber(r, client, asked)
	if err != nil {
		return nil, err
	}
	code, err := a.put(r, client, asked, subscriber)
	if err != nil {
		return nil, err
	}
	back := url.Values{"code": {code}}
	keep(back, "state", asked.Get("state"))
	return back, nil
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
	if _, err := client.Scope(asked.Get("scope")); err != nil {
		return err
	}
	if err := checkChallenge(client, asked); err != nil {
		return err
	}
	return checkPrompt(asked.Get("prompt"))
}

// checkChallenge checks PKCE (RFC 7636 §4.3, only S256), and that a request without it has a state.
func checkChallenge(client grant.Client, asked url.Values) error {
	challenge := asked.Get("code_challenge")
	switch {
	case challenge == "" && asked.Has("code_challenge_method"),
		challenge == "" && client.RequirePKCE:
		return fault.In(fault.MissingParam, "code_challenge")
	case challenge == "" && !asked.Has("state"):
		return fault.In(fault.MissingParam, "state")
	case challenge == "":
		return nil
	case asked.Get("code_challenge_method") != "S256":
		return fault.In(fault.InvalidParam, "code_challenge_method")
	case !isChallenge(challenge):
		return fault.In(fault.InvalidParam, "code_challenge")
	}
	return nil
}

// checkPrompt refuses what would need a page. None is implied, so asking for it changes only the name of a failure.
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

// subscriber names who holds the connection. A sandbox client's test number goes before the network.
func (a Authorization) subscriber(r *http.Request, client grant.Client, asked url.Values) (network.Subscriber, error) {
	found, err := a.resolve(r, client, asked)
	switch {
	case !errors.Is(err, network.ErrUnresolved):
		return found, err
	case asked.Get("prompt") == "none":
		return found, fault.Wrap(fault.LoginRequired, err)
	default:
		return found, fault.Wrap(fault.AccessDenied, err)
	}
}

func (a Authorization) resolve(r *http.Request, client grant.Client, asked url.Values) (network.Subscriber, error) {
	if number := testNumber(asked.Get("login_hint")); client.Sandbox && !number.IsZero() {
		return network.Sandbox(number)
	}
	found, err := a.Resolve(r.Context(), a.Locate(r))
	if err == nil && !client.Sees(found.Number) {
		return network.Subscriber{}, network.ErrUnresolved
	}
	return found, err
}

// testNumber gives the +990 number that a hint names, or none. Real numbers in hints are what a client believes, not proof.
func testNumber(hint string) phone.Number {
	parsed, err := network.ParseHint(hint)
	if err != nil || !parsed.Number.IsSandbox() {
		return phone.Number{}
	}
	return parsed.Number
}

// put writes the grant and gives its code.
func (a Authorization) put(r *http.Request, client grant.Client, asked url.Values, found network.Subscriber) (string, error) {
	ticket, code, err := grant.NewTicket(grant.AuthorizationCode, a.Random)
	if err != nil {
		return "", err
	}
	now := a.Auth.Now()
	return code, a.Grants.Put(r.Context(), grant.Grant{
		ID:          ticket.ID,
		Client:      client.ID,
		State:       grant.Authorized,
		Type:        grant.AuthorizationCode,
		Scope:       scopeText(asked.Get("scope")),
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

// refusalParameters gives the parameters of a failed answer (RFC 6749 §4.1.2.1).
func refusalParameters(wire *dialect.Wire, asked url.Values, failure *fault.Error) url.Values {
	answer := wire.Failures.Of(failure.Kind)
	back := url.Values{"error": {answer.Code}}
	keep(back, "error_description", dialect.Named(answer.Message, failure))
	if len(asked["state"]) == 1 {
		keep(back, "state", asked.Get("state"))
	}
	return back
}

func keep(values url.Values, name, value string) {
	if value != "" {
		values.Set(name, value)
	}
}

// withQuery adds parameters to a registered redirect_uri, whose own query stays (RFC 6749 §3.1.2).
func withQuery(uri string, parameters url.Values) string {
	separator := "?"
	if strings.Contains(uri, "?") {
		separator = "&"
	}
	return uri + separator + parameters.Encode()
}
