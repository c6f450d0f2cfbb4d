// Package api owns what the wires that API accounts have share: it tells whose a call is.
package api

import (
	"net/http"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/network"
	"lineproof/shared/web"
)

// Authenticate tells whose a call is, and the log as well. A refusal has a source (see [Refused]).
// It fails as account.Authenticator does.
func Authenticate(
	r *http.Request, a account.Authenticator, shown account.Credentials,
) (account.Account, error) {
	who, err := a.Authenticate(r.Context(), shown)
	if err != nil {
		return who, Refused(r, a.Peppers, err)
	}
	web.Note(r.Context(), "account", who.Key.String())
	return who, nil
}

// Refused returns the failure of a call's credentials. When they are wrong, it has the name of
// where the call came from, which behind a CloudFront distribution is the distribution.
func Refused(r *http.Request, peppers account.Ring, err error) error {
	if !fault.Is(err, fault.InvalidCredentials) {
		return err
	}
	at := network.ClientAddress(r.RemoteAddr, r.Header, nil).Addr()
	return fault.As(err).From(peppers.Active().Source(at))
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
