package authserver

import (
	"net/http"

	"lineproof/shared/oauth"
	"lineproof/shared/web"
)

// Revoke ends a token of the client's (RFC 7009). 200 says that it opens nothing, whether it ever
// did.
func Revoke(v oauth.Revocation) web.Endpoint {
	v.Auth.Clients = noted{v.Auth.Clients}
	return func(r *http.Request) (any, error) {
		form, err := web.Form(r)
		if err != nil {
			return nil, err
		}
		return web.Reply{Status: http.StatusOK}, v.Revoke(r.Context(), clientRequest(r, form))
	}
}
