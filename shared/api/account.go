// Package api owns what the wires that API accounts have share: it tells whose a call is.
package api

import (
	"net/http"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/network"
	"lineproof/shared/web"
)

// Authenticate tells whose a call is, and the log as well. A refusal has the name of where the call
// came from, which behind a CloudFront distribution is the distribution. It fails as
// account.Authenticator does.
func Authenticate(
	r *http.Request, a account.Authenticator, shown account.Credentials,
) (account.Account, error) {
	who, err := a.Authenticate(r.Context(), shown)
	if fault.Is(err, fault.InvalidCredentials) {
		at := network.ClientAddress(r.RemoteAddr, r.Header, nil).Addr()
		err = fault.As(err).From(a.Peppers.Active().Source(at))
	}
	if err == nil {
		web.Note(r.Context(), "account", who.Key.String())
	}
	return who, err
}

// Basic authenticates an account by HTTP Basic alone (RFC 7617). It fails with a
// fault.MissingCredentials when both or one of key and secret are missing, and as Authenticate
// does.
func Basic(r *http.Request, a account.Authenticator) (account.Account, error) {
	key, secret, ok := r.BasicAuth()
	if !ok {
		return account.Account{}, fault.New(fault.MissingCredentials)
	}
	who, err := Authenticate(r, a, account.Credentials{Key: key, Secret: secret})
	if fault.Is(err, fault.MissingParam, fault.Incomplete) {
		err = fault.New(fault.MissingCredentials)
	}
	return who, err
}
