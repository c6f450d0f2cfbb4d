package upstream

import (
	"context"
	"fmt"
	"net/http"

	"lineproof/shared/grant"
)

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
	a, o, came := e.Calls.submit(ctx, p, s, p.Token, asked)
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
