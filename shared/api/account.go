package api

import (
	"errors"
	"net/http"
	"net/url"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/pin"
	"lineproof/shared/web"
)

// Accounts is what tells whose a call of the Verify API is.
type Accounts struct {
	// Authenticator checks credentials.
	Authenticator account.Authenticator
}

// call is a call of the Verify API, read and authenticated.
type call struct {
	params  url.Values
	account account.Account
}

// param gives a parameter, or "" when it is absent or blank. Of a repeated one the first counts.
func (c call) param(name string) string {
	if text := c.params.Get(name); !pin.Blank(text) {
		return text
	}
	return ""
}

// mandatory fails with a fault.MissingParam that names the first parameter that the call lacks.
func (c call) mandatory(names ...string) error {
	for _, name := range names {
		if c.param(name) == "" {
			return fault.In(fault.MissingParam, name)
		}
	}
	return nil
}

// read reads a call. Credentials come from HTTP Basic or, before it, from the parameters; what is wrong with them is told
// before anything else.
func (a Accounts) read(r *http.Request) (call, error) {
	params, err := web.Params(r)
	if err != nil {
		return call{}, err
	}
	shown := account.Credentials{Key: params.Get("api_key"), Secret: params.Get("api_secret"), Params: params}
	if user, password, ok := r.BasicAuth(); ok && shown.Key == "" {
		shown.Key, shown.Secret = user, password
	}
	who, err := a.Authenticator.Authenticate(r.Context(), shown)
	if errors.Is(err, fault.New(fault.MissingParam)) {
		err = fault.New(fault.MissingCredentials)
	}
	return call{params, who}, err
}
