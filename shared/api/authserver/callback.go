package authserver

import (
	"net/http"

	"lineproof/shared/fault"
	"lineproof/shared/network"
	"lineproof/shared/oauth"
	"lineproof/shared/phone"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

// Callback takes subscribers back whom authorize sent to an upstream, and sends them on to the
// client with a code of ours, or with a failure in its own words. There is never a page to click; a
// leg that nobody knows is shown as one.
func Callback(p CallbackPorts) web.Endpoint {
	origin := p.CloudFrontSecret()
	l := oauth.Landing{
		Upstreams: p.Upstreams(), Secrets: p.UpstreamSecrets(), Grants: p.LegStore(),
		Caller: p.UpstreamCaller(), IDTokens: p.UpstreamIssuers(), Issuer: p.Issuer(),
		Now: p.Now, Random: p.Random(),
	}
	return func(r *http.Request) (any, error) {
		form, err := web.Values(r)
		if err != nil {
			return nil, err
		}
		from := network.ConnectionOf(r, origin).Address.Addr()
		name := r.PathValue("upstream")
		landed, err := l.Land(r.Context(), name, form, from)
		if landed.RedirectURI == "" {
			return nil, err
		}
		web.Note(r.Context(), "client", landed.Client)
		web.Note(r.Context(), "upstream", name)
		if landed.Moved {
			web.Note(r.Context(), "moved", "yes")
		}
		if err != nil {
			state := []string{landed.State}
			return refusedBack(r, landed.RedirectURI, l.Issuer, state, fault.As(err)), nil
		}
		return codeBack(r, landed.RedirectURI, l.Issuer, landed.State, landed.Code), nil
	}
}

// sender returns what sends subscribers to upstreams.
func sender(p AuthorizePorts, country func(phone.Number) string) oauth.Sender {
	return oauth.Sender{
		Upstreams: p.Upstreams(), Gate: p.UpstreamGate(), Grants: p.GrantCreator(),
		Issuer:       p.Issuer(),
		VerifyScopes: wire.VerifyScopes(), ShareScopes: wire.ShareScopes(), Country: country,
		Now: p.Now, Random: p.Random(),
	}
}
