package authserver

import (
	"net/http"
	"net/url"
	"strings"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/network"
	"lineproof/shared/oauth"
	"lineproof/shared/phone"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

// Authorize authenticates the subscriber by the mobile network and sends the browser back with a
// code (OpenID Connect Core §3.1.2), or one whom it does not know to an upstream. A bad client or
// redirect_uri is shown as a page; every later failure goes back to the client by a redirect.
func Authorize(p AuthorizePorts, country func(phone.Number) string) web.Endpoint {
	origin := p.CloudFrontSecret()
	a := oauth.Authorizer{
		Signatures: signatures(p), Clients: noted{p.ClientStore()}, Grants: p.GrantCreator(),
		Resolve: p.Network().Resolve, Random: p.Random(), Sender: sender(p, country),
	}
	return func(r *http.Request) (any, error) {
		form, err := web.Values(r)
		if err != nil {
			return nil, err
		}
		client, err := a.Client(r.Context(), form)
		if err != nil {
			return nil, err
		}
		way, asked, err := authorized(r, a, origin, client, form)
		to := form.Get("redirect_uri")
		switch {
		case err != nil:
			return refusedBack(r, to, a.Issuer, asked["state"], fault.As(err)), nil
		case way.Location != "":
			web.Note(r.Context(), web.Outcome, "upstream")
			return web.Redirect(way.Location), nil
		}
		return codeBack(r, to, a.Issuer, asked.Get("state"), way.Code), nil
	}
}

// authorized begins the authorization, and returns the parameters that counted with it.
func authorized(
	r *http.Request, a oauth.Authorizer, origin network.Keys, client grant.Client, form url.Values,
) (oauth.Authorized, url.Values, error) {
	if err := web.Single(form); err != nil {
		return oauth.Authorized{}, form, err
	}
	asked, err := a.Asked(r.Context(), client, r.URL.Path, form)
	if err != nil {
		return oauth.Authorized{}, asked, err
	}
	way, err := a.Authorize(r.Context(), client, asked, network.ConnectionOf(r, origin))
	return way, asked, err
}

// codeBack sends the browser back to the client with a code.
func codeBack(r *http.Request, to, issuer, state, code string) web.Reply {
	web.Note(r.Context(), web.Outcome, "code")
	back := url.Values{"code": {code}, "iss": {issuer}} // RFC 9207
	keep(back, "state", state)
	return web.Redirect(withQuery(to, back))
}

// refusedBack sends the browser back to the client with a failure (RFC 6749 §4.1.2.1), and the
// state that was given once.
func refusedBack(
	r *http.Request, to, issuer string, state []string, failure *fault.Error,
) web.Reply {
	answer := web.Wire(r).Failures.Of(failure.Kind)
	back := url.Values{"error": {answer.Code}, "iss": {issuer}}
	keep(back, "error_description", wire.Named(answer.Message, failure))
	if len(state) == 1 {
		keep(back, "state", state[0])
	}
	reply := web.Redirect(withQuery(to, back))
	reply.Failure = failure
	return reply
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
