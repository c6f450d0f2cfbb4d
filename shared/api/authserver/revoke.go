package authserver

import (
	"net/http"

	"lineproof/shared/oauth"
	"lineproof/shared/web"
)

// Revoke ends a token of the client's (RFC 7009). 200 says that it opens nothing, whether it ever
// did.
func Revoke(p RevokePorts) web.Endpoint {
	v := oauth.Revocation{
		Auth: notedAuth(p), Tokens: p.Verifier(), RefreshKeys: p.RefreshKeys(),
		Grants: p.GrantRevoker(),
	}
	return func(r *http.Request) (any, error) {
		form, err := web.Form(r)
		if err != nil {
			return nil, err
		}
		return web.Reply{Status: http.StatusOK}, v.Revoke(r.Context(), clientRequest(r, form))
	}
}
