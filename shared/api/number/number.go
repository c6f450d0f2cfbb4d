// Package number owns the operations of number verification: an endpoint constructor each, which
// Lambda, the local server and the tests all mount.
//
// An endpoint reads what its wire allows, asks the domain, and answers in the wire's terms. The
// wire comes with the request and is data; no endpoint asks which one it is.
package number

import (
	"net/http"

	"lineproof/shared/oauth"
	"lineproof/shared/token"
	"lineproof/shared/web"
)

// authenticate returns the request's access token when the wire takes it for an operation with
// these scopes: 401 first, then 403. The log is told whose a token of ours is, also when it is
// refused.
func authenticate(r *http.Request, s oauth.Resource, scopes []string) (token.Access, error) {
	raw, err := web.Bearer(r)
	if err != nil {
		return token.Access{}, err
	}
	wanted := oauth.Wanted{Scopes: scopes, Reusable: web.Wire(r).Number.Reusable}
	access, _, err := s.Authenticate(r.Context(), raw, wanted)
	if access.Client != "" {
		web.Note(r.Context(), "client", access.Client)
	}
	return access, err
}
