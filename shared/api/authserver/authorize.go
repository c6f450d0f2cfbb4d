package authserver

import (
	"net/http"
	"net/url"
	"strings"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/network"
	"lineproof/shared/oauth"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

// Authorize authenticates the subscriber by the mobile network and sends the browser back with a
// code (OpenID Connect Core §3.1.2). A bad client or redirect_uri is shown as a page; every later
// failure goes back to the client by a redirect.
func Authorize(p AuthorizePorts) web.Endpoint {
	origin := p.CloudFrontSecret()
	a := oauth.Authorizer{
		Signatures: signatures(p), Clients: noted{p.ClientStore()}, Grants: p.GrantCreator(),
		Resolve: p.Network().Resolve, Random: p.Random(),
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
		back, failure := authorized(r, a, origin, client, form)
		back.Set("iss", a.Issuer) // RFC 9207
		reply := web.Redirect(withQuery(form.Get("redirect_uri"), back))
		reply.Failure = failure
		return reply, nil
	}
}

// authorized returns the parameters that go back to the client, and the failure that they tell of.
func authorized(
	r *http.Request, a oauth.Authorizer, origin network.Keys, client grant.Client, form url.Values,
) (url.Values, *fault.Error) {
	if err := web.Single(form); err != nil {
		return refusalParameters(web.Wire(r), form, fault.As(err)), fault.As(err)
	}
	asked, err := a.Asked(r.Context(), client, r.URL.Path, form)
	var code string
	if err == nil {
		code, err = a.Code(r.Context(), client, asked, network.ConnectionOf(r, origin))
	}
	if err != nil {
		return refusalParameters(web.Wire(r), asked, fault.As(err)), fault.As(err)
	}
	web.Note(r.Context(), web.Outcome, "code")
	back := url.Values{"code": {code}}
	keep(back, "state", asked.Get("state"))
	return back, nil
}

// refusalParameters returns the parameters of a failed answer (RFC 6749 §4.1.2.1).
func refusalParameters(w *wire.Wire, asked url.Values, failure *fault.Error) url.Values {
	answer := w.Failures.Of(failure.Kind)
	back := url.Values{"error": {answer.Code}}
	keep(back, "error_description", wire.Named(answer.Message, failure))
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
