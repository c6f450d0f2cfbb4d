package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/network"
	"lineproof/shared/token"
	"lineproof/shared/web"
)

// Exchange is what the token endpoint needs.
type Exchange struct {
	// Auth authenticates clients.
	Auth ClientAuth
	// Hints identifies the subscribers of JWT-bearer assertions and of CIBA requests that still wait for one.
	Hints Hints
	// Issue makes tokens.
	Issue Issuance
	// Read gives a grant as it stands, when a refresh asks for a narrower scope.
	Read grant.Uses
}

// Token exchanges what proves an authorization for tokens (RFC 6749 §3.2). The client is authenticated first, and what it
// shows is consumed only by the one write that all its conditions hold for: a refused exchange burns nothing.
func Token(e Exchange) web.Endpoint {
	return func(r *http.Request) (any, error) {
		form, err := web.Form(r)
		if err != nil {
			return nil, err
		}
		exchange, err := e.of(grant.Type(form.Get("grant_type")))
		if err != nil {
			return nil, err
		}
		client, err := e.client(r, form)
		if err != nil {
			return nil, err
		}
		if !client.Allows(grant.Type(form.Get("grant_type"))) {
			return nil, fault.New(fault.UnauthorizedClient)
		}
		return exchange(r, client, form)
	}
}

// exchange turns one kind of proof into tokens.
type exchange func(r *http.Request, client grant.Client, form url.Values) (any, error)

// of gives the exchange of a grant type.
func (e Exchange) of(t grant.Type) (exchange, error) {
	switch t {
	case "":
		return nil, fault.In(fault.MissingParam, "grant_type")
	case grant.AuthorizationCode:
		return e.issuing(e.code), nil
	case grant.CIBA:
		return e.issuing(e.poll), nil
	case grant.JWTBearer:
		return e.issuing(e.bearer), nil
	case grant.RefreshToken:
		return e.refresh, nil
	default:
		return nil, fault.New(fault.UnsupportedGrantType)
	}
}

// redeemed is the grant that a proof stood for, and when it was redeemed.
type redeemed struct {
	grant.Grant
	at time.Time
}

// redeem redeems one kind of proof.
type redeem func(r *http.Request, client grant.Client, form url.Values) (redeemed, error)

// issuing gives the exchange for the first tokens of the grant.
func (e Exchange) issuing(redeem redeem) exchange {
	return func(r *http.Request, client grant.Client, form url.Values) (any, error) {
		got, err := redeem(r, client, form)
		if err != nil {
			return nil, err
		}
		return e.Issue.first(client, got.Grant, got.at)
	}
}

// client authenticates the client. A JWT-bearer assertion is itself the client's authentication: what it proves is checked with it,
// so only the client is looked up here, unless the request authenticates it in a way of its own too.
func (e Exchange) client(r *http.Request, form url.Values) (grant.Client, error) {
	_, _, basic := web.Basic(r)
	own := basic || form.Has("client_assertion") || form.Has("client_secret") || r.Header.Get("Authorization") != ""
	if grant.Type(form.Get("grant_type")) != grant.JWTBearer || own {
		return e.Auth.authenticate(r, form)
	}
	if !form.Has("assertion") {
		return grant.Client{}, fault.In(fault.MissingParam, "assertion")
	}
	named := token.AssertionClient(form.Get("assertion"))
	if id := form.Get("client_id"); id != "" && id != named { // RFC 7521 §4.1
		return grant.Client{}, fault.New(fault.InvalidClient)
	}
	return e.Auth.find(r.Context(), named)
}

// code redeems an authorization code (RFC 6749 §4.1.3, RFC 7636 §4.5).
func (e Exchange) code(r *http.Request, client grant.Client, form url.Values) (redeemed, error) {
	for _, name := range []string{"code", "redirect_uri"} {
		if !form.Has(name) {
			return redeemed{}, fault.In(fault.MissingParam, name)
		}
	}
	ticket, ok := grant.ParseTicket(grant.AuthorizationCode, form.Get("code"))
	if !ok {
		return redeemed{}, fault.New(fault.InvalidGrant)
	}
	challenge := ""
	if verifier := form.Get("code_verifier"); isVerifier(verifier) {
		challenge = challengeOf(verifier)
	} else if verifier != "" {
		return redeemed{}, fault.New(fault.InvalidGrant)
	}
	redemption := e.Issue.redemption(ticket, client)
	redemption.RedirectURI, redemption.Challenge = form.Get("redirect_uri"), challenge
	g, err := e.Issue.Grants.Redeem(r.Context(), redemption)
	if errors.Is(err, grant.ErrRefused) {
		return redeemed{}, e.refused(r.Context(), ticket, g)
	}
	if err != nil {
		return redeemed{}, err
	}
	return redeemed{g, redemption.Now}, nil
}

// refused revokes what a code issued that is presented again (RFC 6749 §4.1.2).
func (e Exchange) refused(ctx context.Context, ticket grant.Ticket, g grant.Grant) error {
	if ticket.Redeems(g) && (g.State == grant.Issued || g.State == grant.Used) {
		if err := e.Issue.Grants.Revoke(ctx, g.ID); err != nil {
			return err
		}
	}
	return fault.New(fault.InvalidGrant)
}

// poll redeems an auth_req_id (CIBA Core §10.1).
func (e Exchange) poll(r *http.Request, client grant.Client, form url.Values) (redeemed, error) {
	if !form.Has("auth_req_id") {
		return redeemed{}, fault.In(fault.MissingParam, "auth_req_id")
	}
	ticket, ok := grant.ParseTicket(grant.CIBA, form.Get("auth_req_id"))
	if !ok {
		return redeemed{}, fault.New(fault.InvalidGrant)
	}
	redemption := e.Issue.redemption(ticket, client)
	g, err := e.Issue.Grants.Redeem(r.Context(), redemption)
	if errors.Is(err, grant.ErrRefused) && g.State == grant.Pending {
		g, err = e.identifyPending(r.Context(), client, redemption, g)
	}
	if errors.Is(err, grant.ErrRefused) {
		return redeemed{}, e.pollRefused(ticket, client, g)
	}
	if err != nil {
		return redeemed{}, err
	}
	return redeemed{g, redemption.Now}, nil
}

// pollRefused says why an auth_req_id gives no tokens.
func (e Exchange) pollRefused(ticket grant.Ticket, client grant.Client, g grant.Grant) error {
	waiting := g.State == grant.Pending || g.State == grant.Authorized
	if waiting && ticket.Redeems(g) && g.Client == client.ID && !e.Auth.Now().Before(g.Expires) {
		return fault.New(fault.ExpiredToken)
	}
	return fault.New(fault.InvalidGrant)
}

// identifyPending looks again for the session that a pending request waits for, and redeems the grant when it is there.
func (e Exchange) identifyPending(
	ctx context.Context, client grant.Client, redemption grant.Redemption, g grant.Grant,
) (grant.Grant, error) {
	ticket := grant.Ticket{ID: redemption.ID, Secret: redemption.Secret}
	if !ticket.Redeems(g) || g.Client != redemption.Client || !redemption.Now.Before(g.Expires) {
		return g, grant.ErrRefused
	}
	found, err := e.Hints.identify(ctx, client, g.Scope, g.Hint)
	switch {
	case errors.Is(err, network.ErrUnresolved):
		return g, e.wait(ctx, g)
	case errors.Is(err, fault.New(fault.TooManyRequests)):
		return g, fault.Wrap(fault.SlowDown, err)
	case errors.Is(err, fault.New(fault.UnknownUserID)): // the client may no longer name addresses
		return g, fault.Wrap(fault.AccessDenied, err)
	case err != nil:
		return g, err
	}
	redemption.From, redemption.Number, redemption.AMR = grant.Pending, found.Number, grant.AMR(found.AMR)
	return e.Issue.Grants.Redeem(ctx, redemption)
}

// wait records a poll that found nothing: authorization_pending, or slow_down when it came too early.
func (e Exchange) wait(ctx context.Context, g grant.Grant) error {
	now, answer := e.Auth.Now(), fault.AuthorizationPending
	poll := grant.Poll{ID: g.ID, Was: g.NextPoll, Interval: g.Interval}
	if now.Before(g.NextPoll) {
		poll.Interval += pollInterval
		answer = fault.SlowDown
	}
	poll.NextPoll = now.Add(poll.Interval)
	switch _, err := e.Issue.Grants.Poll(ctx, poll); {
	case errors.Is(err, grant.ErrRefused): // another poll came at the same time
		return fault.New(fault.SlowDown)
	case err != nil:
		return err
	}
	return fault.New(answer)
}

// bearer redeems a JWT-bearer assertion (RFC 7523 §2.1, CAMARA's profile).
func (e Exchange) bearer(r *http.Request, client grant.Client, form url.Values) (redeemed, error) {
	switch {
	case !form.Has("assertion"):
		return redeemed{}, fault.In(fault.MissingParam, "assertion")
	case form.Has("scope"):
		return redeemed{}, fault.In(fault.InvalidParam, "scope")
	}
	keys, err := token.ParseJWKS(client.JWKS)
	if err != nil {
		return redeemed{}, fault.Wrap(fault.InvalidGrant, err)
	}
	asked, err := token.BearerAssertion(form.Get("assertion"), keys, client.ID, e.Auth.audiences(r.URL.Path), e.Auth.Now())
	if err != nil {
		return redeemed{}, err
	}
	if _, err := client.Scope(asked.Scope); err != nil {
		return redeemed{}, err
	}
	found, err := e.Hints.identify(r.Context(), client, asked.Scope, asked.Subject)
	unknown := errors.Is(err, fault.New(fault.UnknownUserID))
	switch {
	case isCredential(err), unknown, errors.Is(err, fault.New(fault.InvalidRequest)):
		return redeemed{}, fault.Wrap(fault.InvalidGrant, err)
	case err != nil:
		return redeemed{}, err
	}
	return e.bearerGrant(r.Context(), client, asked, found)
}

// bearerGrant spends the assertion and the operator token, and puts the grant.
func (e Exchange) bearerGrant(ctx context.Context, client grant.Client, asked token.Bearer, found identified) (redeemed, error) {
	if err := e.Auth.once(ctx, asked.Once, fault.InvalidGrant); err != nil {
		return redeemed{}, err
	}
	if err := found.spend(ctx, e.Auth, fault.InvalidGrant); err != nil {
		return redeemed{}, err
	}
	id, err := grant.NewID(e.Issue.Random)
	if err != nil {
		return redeemed{}, err
	}
	now := e.Auth.Now()
	g := found.authenticated(grant.Grant{
		ID:       id,
		Client:   client.ID,
		State:    grant.Issued,
		Type:     grant.JWTBearer,
		Scope:    scopeText(asked.Scope),
		Policy:   client.Policy,
		AuthTime: now,
		Expires:  now.Add(client.Policy.Lifetime),
	})
	return redeemed{g, now}, e.Issue.Grants.Put(ctx, g)
}

// refresh exchanges a refresh token (RFC 6749 §6). Each is good once: one of an older generation is a stolen one, and
// ends the whole family (RFC 9700 §4.14.2).
func (e Exchange) refresh(r *http.Request, client grant.Client, form url.Values) (any, error) {
	if !form.Has("refresh_token") {
		return nil, fault.In(fault.MissingParam, "refresh_token")
	}
	shown, ok := grant.ParseRefresh(form.Get("refresh_token"), e.Issue.Refresh, client.ID)
	if !ok {
		return nil, fault.New(fault.InvalidGrant)
	}
	if err := e.checkNarrower(r.Context(), shown, form.Get("scope")); err != nil {
		return nil, err
	}
	now := e.Auth.Now()
	g, err := e.Issue.Grants.Rotate(r.Context(), shown.ID, client.ID, shown.Generation, now)
	if errors.Is(err, grant.ErrRefused) {
		return nil, e.rotateRefused(r.Context(), shown, g)
	}
	if err != nil {
		return nil, err
	}
	return e.Issue.again(client, g, cmp.Or(scopeText(form.Get("scope")), g.Scope), now)
}

// checkNarrower checks a scope parameter against what was granted, before the refresh token is spent.
func (e Exchange) checkNarrower(ctx context.Context, shown grant.Refresh, scope string) error {
	if scope == "" {
		return nil
	}
	g, err := e.Read.Grant(ctx, shown.ID)
	if err != nil && !errors.Is(err, grant.ErrNotFound) {
		return err
	}
	if g.State == grant.Issued && !grant.ParseScope(scope).Within(grant.ParseScope(g.Scope)) {
		return fault.New(fault.InvalidScope)
	}
	return nil
}

// rotateRefused revokes the family when the refresh token had been spent before.
func (e Exchange) rotateRefused(ctx context.Context, shown grant.Refresh, g grant.Grant) error {
	if g.State == grant.Issued && shown.Generation < g.Generation {
		if err := e.Issue.Grants.Revoke(ctx, g.ID); err != nil {
			return err
		}
	}
	return fault.New(fault.InvalidGrant)
}

// seconds gives a duration in whole seconds, as OAuth counts.
func seconds(d time.Duration) int { return int(d / time.Second) }
