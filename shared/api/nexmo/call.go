package nexmo

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"lineproof/shared/account"
	"lineproof/shared/api"
	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/verification"
	"lineproof/shared/web"
)

// accounts tells whose a call is that changes something: a signature is good for one.
type accounts struct {
	account.Authenticator
	replays grant.ReplayStore
}

func accountsOf(p CallPorts) accounts { return accounts{p.Accounts(), p.ReplayStore()} }

// call is a call of the Verify API, read and authenticated.
type call struct {
	params  url.Values
	account account.Account
}

// param returns a parameter, or "" when it is absent or blank. Of a repeated one the first counts.
func (c call) param(name string) string { return verification.Present(c.params.Get(name)) }

// mandatory fails with a fault.MissingParam that names the first parameter that the call lacks.
func (c call) mandatory(names ...string) error {
	for _, name := range names {
		if c.param(name) == "" {
			return fault.In(fault.MissingParam, name)
		}
	}
	return nil
}

// spend reads a call that changes something, for which a signature is good once.
func (a accounts) spend(r *http.Request) (call, error) {
	c, signature, err := identify(r, a.Authenticator)
	if err == nil {
		err = a.once(r.Context(), c.account, signature)
	}
	return c, err
}

// once spends a signature. It fails with a fault.InvalidCredentials when the same one was seen
// before.
func (a accounts) once(ctx context.Context, who account.Account, signature string) error {
	if signature == "" {
		return nil
	}
	now := a.Now()
	key := "signature " + who.Key.String() + " " + signature
	err := a.replays.Once(ctx, key, "", now, now.Add(2*account.Freshness))
	if errors.Is(err, grant.ErrReplayed) {
		return fault.Wrap(fault.InvalidCredentials, err)
	}
	return err
}

// identify reads a call and returns the signature, if one proved whose it is. Credentials come from
// HTTP Basic or, before it, from the parameters; what is wrong with them is told before anything
// else.
func identify(r *http.Request, a account.Authenticator) (c call, signature string, err error) {
	params, err := Params(r)
	if err != nil {
		return call{}, "", err
	}
	key, secret := verification.Present(params.Get("api_key")), params.Get("api_secret")
	if user, password, ok := r.BasicAuth(); ok && key == "" {
		key, secret = verification.Present(user), password
	}
	shown := account.Credentials{Key: key, Secret: verification.Present(secret), Params: params}
	who, err := api.Authenticate(r, a, shown)
	if fault.Is(err, fault.MissingParam) {
		err = fault.New(fault.MissingCredentials)
	}
	return call{params, who}, shown.Signature(), err
}

// written returns a request_id of ours as this API writes it, whichever spelling it came in. A
// failure quotes what came.
func written(id string) string {
	id, _ = verification.ParseRequestID(id)
	return id
}

// done has the log tell how a call ended, and which of the account's verifications it was about:
// what else stands in a request_id a client made up.
func done(ctx context.Context, id, status string) {
	web.Note(ctx, "request_id", written(id))
	web.Note(ctx, web.Outcome, status)
}
