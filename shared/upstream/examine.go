package upstream

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"lineproof/shared/grant"
	"lineproof/shared/outbound"
	"lineproof/shared/token"
)

// Examiner tries an upstream before anybody is sent there: it sends no device and verifies nobody.
type Examiner struct {
	// Calls makes the calls.
	Calls Calls
	// Reach connects to where a URL leads, and sends nothing. It fails with what outbound.Cause
	// tells.
	Reach func(ctx context.Context, address string) error
}

// Finding is what one check came to, in words of ours: nothing that the upstream wrote is in it but
// error codes that OAuth defines.
type Finding struct {
	// Check is what was checked: record, secret, a member of the record, metadata, keys,
	// credentials.
	Check string `json:"check"`
	// State is ok, wrong or untried.
	State State `json:"state"`
	// Says tells what it is, and what to do where it is wrong.
	Says string `json:"says"`
}

// State is how a check came out.
type State string

// The states.
const (
	OK      State = "ok"
	Wrong   State = "wrong"
	Untried State = "untried"
)

// findings makes those of one check.
type findings struct {
	check string
	all   []Finding
}

func (f *findings) add(state State, says string, args ...any) {
	f.all = append(f.all, Finding{f.check, state, fmt.Sprintf(says, args...)})
}

// Examine checks the record, the secret, where each endpoint leads, what the issuer publishes, and
// whether our credentials are taken, by a code and by an operator token that cannot be right. All
// is done at once, and no answer is waited for longer than a call of its kind may take.
func (e Examiner) Examine(ctx context.Context, p Peer, s Secret, callback string) []Finding {
	parts := []func() []Finding{
		func() []Finding { return p.examineRecord(e.Calls.Now()) },
		func() []Finding { return p.examineSecret(s, e.Calls.Now()) },
	}
	for _, of := range p.endpoints() {
		parts = append(parts, func() []Finding { return e.reach(ctx, of[0], of[1]) })
	}
	parts = append(parts,
		func() []Finding { return e.metadata(ctx, p, s) },
		func() []Finding { return e.credentials(ctx, p, s, callback) },
	)
	if p.OperatorTokens != "" {
		parts = append(parts, func() []Finding { return e.vouching(ctx, p, s) })
	}
	found := make([][]Finding, len(parts))
	var all sync.WaitGroup
	for i, part := range parts {
		all.Go(func() { found[i] = part() })
	}
	all.Wait()
	return slices.Concat(found...)
}

// endpoints are the URLs of the record, each with the name that put-upstream has for it.
func (p Peer) endpoints() [][2]string {
	all := [][2]string{
		{"authorization_endpoint", p.Authorization}, {"token_endpoint", p.Token},
		{"backchannel_endpoint", p.Backchannel},
		{"verify_url", p.Verify}, {"share_url", p.Share}, {"jwks_uri", p.JWKS},
	}
	return slices.DeleteFunc(all, func(of [2]string) bool { return of[1] == "" })
}

// reach connects to an endpoint. The authorization endpoint is never asked from here: it would
// verify our address.
func (e Examiner) reach(ctx context.Context, name, address string) []Finding {
	f := findings{check: name}
	ctx, cancel := context.WithTimeout(ctx, documentWithin)
	defer cancel()
	switch err := e.Reach(ctx, address); {
	case err == nil && strings.HasPrefix(address, "http:"):
		f.add(OK, "there is a server, without TLS: on this machine that is enough")
	case err == nil:
		f.add(OK, "there is a server, and its certificate is trusted")
	case errors.Is(err, outbound.ErrForbidden):
		f.add(Wrong, "its name leads to an address that is not public, where nothing is called")
	case errors.Is(err, outbound.ErrUntrusted):
		f.add(Wrong, "its certificate is not trusted: it is expired, another name's or a private "+
			"authority's")
	case errors.Is(err, outbound.ErrAddress):
		f.add(Wrong, "it is no https address")
	default:
		f.add(Wrong, "nobody answers: is the name right, and may this network connect there?")
	}
	return f.all
}

// examineRecord tells what of the record keeps people from being sent there.
func (p Peer) examineRecord(now time.Time) []Finding {
	f := findings{check: "record"}
	switch {
	case p.Ended:
		f.add(Wrong, "it has ended: nobody is sent there; put-upstream begins it anew")
	case !p.Live(now):
		f.add(
			Wrong, "its contract is over since %s: nobody is sent there",
			p.Until.Format(time.RFC3339),
		)
	case p.ClientID == "":
		f.add(Wrong, "client_id is not known yet: set-upstream-secret with api_key has the "+
			"provider tell it")
	case p.profile.Shape == CodeFlow && p.AMR == "":
		f.add(Wrong, "amr is empty: no number is verified by it; put nba or sba if the provider "+
			"guarantees it")
	case !p.Default && !p.names():
		f.add(OK, "only clients that are registered for it are sent there")
	default:
		f.add(OK, "people may be sent there")
	}
	return f.all
}

// names tells whether the record says for whom it may be asked.
func (p Peer) names() bool {
	return len(p.Countries)+len(p.Prefixes)+len(p.Networks)+len(p.Addresses) > 0
}

// examineSecret tells whether what we authenticate with is there.
func (p Peer) examineSecret(s Secret, now time.Time) []Finding {
	f := findings{check: "secret"}
	switch {
	case p.Method == grant.ApplicationJWT || p.Method == grant.PrivateKeyJWT:
		p.examineKeys(&f, s, now)
	case s.Text == "":
		f.add(Wrong, "there is no client_secret: set-upstream-secret puts one")
	default:
		f.add(OK, "there is a client_secret")
	}
	if p.TellsClient() && s.APIKey == "" {
		f.add(Wrong, "there is no api_key, which calls of verify need: set-upstream-secret puts it")
	}
	return f.all
}

func (p Peer) examineKeys(f *findings, s Secret, now time.Time) {
	signing := slices.DeleteFunc(s.signing(now), func(k token.Key) bool {
		return k.Private() == nil || p.Method == grant.ApplicationJWT && k.Alg != token.RS256
	})
	if len(signing) == 0 {
		f.add(Wrong, "there is no private key that signs: set-upstream-secret makes or puts one")
		return
	}
	active := signing[0].ID
	if slices.ContainsFunc(p.Keys, func(k Key) bool { return k.ID == active }) {
		f.add(OK, "the key %s signs, and is published by our /oauth2/jwks", active)
	} else {
		f.add(OK, "the key %s signs; it is not published: the provider has to have it", active)
	}
	for _, k := range p.Keys {
		if now.Before(k.From) {
			f.add(
				OK, "the key %s is published, and signs from %s on", k.ID,
				k.From.Format(time.RFC3339),
			)
		}
	}
}

// credentials asks the token endpoint, or where there is none what else tells, whether our
// credentials are taken.
func (e Examiner) credentials(
	ctx context.Context, p Peer, s Secret, callback string,
) []Finding {
	f := findings{check: "credentials"}
	code, err := grant.NewID(e.Calls.Random)
	switch {
	case err != nil:
		f.add(Untried, "no randomness")
	case p.profile.Shape == CheckURL:
		e.application(ctx, p, s, &f)
	case p.profile.Bare:
		f.add(Untried, "it has no token endpoint: the first verification tells")
	case p.ClientID == "" || p.Token == "":
		f.add(Untried, "client_id or token_endpoint is missing")
	case p.Authorization == "":
		f.add(Untried, "it gives no codes: operator_tokens tells")
	default:
		e.exchange(ctx, p, s, p.codeForm(code, callback, code+code), &f)
	}
	return f.all
}

// exchange asks the token endpoint with a code that cannot be right.
func (e Examiner) exchange(
	ctx context.Context, p Peer, s Secret, asked map[string][]string, f *findings,
) {
	a, o, came := e.Calls.askToken(ctx, p, s, asked)
	switch {
	case !came && o == Misconfigured:
		f.add(Untried, "there is nothing to authenticate with")
	case !came:
		f.add(Wrong, "token_endpoint gave no answer that is one: %s", o)
	default:
		state, says := tokenSays(a)
		f.add(state, "%s", says)
	}
}

// vouching brings an operator token that cannot be right.
func (e Examiner) vouching(ctx context.Context, p Peer, s Secret) []Finding {
	f := findings{check: "operator_tokens"}
	none, err := grant.NewID(e.Calls.Random)
	if err != nil || p.ClientID == "" {
		f.add(Untried, "there is no client_id, or no randomness")
		return f.all
	}
	leg, bring := Leg{Purpose: "dpv:FraudPreventionAndDetection", Verify: true}, e.Calls.assert
	if p.OperatorTokens == ByBackchannel {
		bring = func(
			ctx context.Context, p Peer, s Secret, l Leg, vouch string,
		) (Token, Outcome) {
			_, o := e.Calls.start(ctx, p, s, l, vouch)
			if o == Match { // whose token it is, polls tell
				o = Refusal
			}
			return Token{}, o
		}
	}
	switch _, o := bring(ctx, p, s, leg, none); o {
	case Refusal, OtherNetwork, NotCovered:
		f.add(OK, "they are taken; the one that was brought, which was made up, is not")
	case Match:
		f.add(Wrong, "one that was made up is taken: nothing that it says proves anything")
	case Misconfigured:
		f.add(Wrong, "they are refused: the provider has to allow this client the grant type and "+
			"the scope, and to have its key or secret")
	default:
		f.add(Wrong, "the endpoint gave no answer that is one: %s", o)
	}
	return f.all
}

// application asks after a request that does not exist, which only who is known is told.
func (e Examiner) application(ctx context.Context, p Peer, s Secret, f *findings) {
	none, err := newCorrelator(e.Calls.Random)
	if err != nil {
		f.add(Untried, "no randomness")
		return
	}
	switch o := e.Calls.check(ctx, p, s, none, "0000"); o {
	case Over:
		f.add(OK, "the application is known there; the request, which was made up, is not")
	case Misconfigured:
		f.add(Wrong, "the application is refused: client_id is not its id, its public key is "+
			"another, or it may not verify")
	default:
		f.add(Wrong, "verify_url gave an answer that is none: %s", o)
	}
}

// said is what an OAuth error from a token endpoint tells an administrator, who had it asked with a
// code that was made up.
var said = map[string]Finding{
	"invalid_grant": {State: OK, Says: "the credentials are taken; the code, which was made up, " +
		"is not"},
	"invalid_client": {State: Wrong, Says: "invalid_client: client_id, the secret or the key is " +
		"wrong or expired, or token_endpoint_auth_method is another one"},
	"unauthorized_client": {State: Wrong, Says: "unauthorized_client: the provider has to allow " +
		"this client authorization codes"},
	"unsupported_grant_type": {State: Wrong, Says: "unsupported_grant_type: authorization codes " +
		"are not exchanged there; is token_endpoint right?"},
	"invalid_scope": {State: Wrong, Says: "invalid_scope: the provider wants another " +
		"scope_verify or scope_share"},
	"invalid_request": {State: Wrong, Says: "invalid_request: pkce, token_endpoint_auth_method " +
		"or the registered redirect_uri is not as the provider has it"},
	"invalid_redirect_uri": {State: Wrong, Says: "invalid_redirect_uri: redirect_uri has to be " +
		"registered to the letter"},
	"access_denied": {State: Wrong, Says: "access_denied: the provider has to allow this client"},
	"server_error":  {State: Wrong, Says: "server_error: the provider fails; try again"},
	"temporarily_unavailable": {State: Wrong, Says: "temporarily_unavailable: the provider is " +
		"busy or down; try again"},
	"slow_down": {State: Wrong, Says: "slow_down: it was asked too often; try again later"},
}

// tokenSays returns what an answer of a token endpoint tells.
func tokenSays(a answer) (State, string) {
	if known, is := said[a.code()]; is {
		return known.State, known.Says
	}
	switch {
	case a.status == http.StatusOK:
		return Wrong, "a code that was made up is taken: nothing that it says proves anything"
	case a.status == http.StatusUnauthorized, a.status == http.StatusForbidden:
		return Wrong, fmt.Sprintf(
			"%d: client_id, the secret or the key is wrong or expired", a.status,
		)
	case a.status == http.StatusTooManyRequests:
		return Wrong, "429: it was asked too often; try again later"
	case a.status >= http.StatusInternalServerError:
		return Wrong, fmt.Sprintf("%d: the provider fails; try again", a.status)
	case a.status/100 == 3:
		return Wrong, fmt.Sprintf("%d: it redirects, which is not followed: put the endpoint "+
			"itself", a.status)
	default:
		return Wrong, fmt.Sprintf(
			"%d and no error that OAuth has: is token_endpoint right?", a.status,
		)
	}
}

// algorithms lists what keys sign with, each once.
func algorithms(ring token.Ring) string {
	var all []string
	for _, k := range ring {
		if !slices.Contains(all, k.Alg) {
			all = append(all, k.Alg)
		}
	}
	return strings.Join(all, " and ")
}
