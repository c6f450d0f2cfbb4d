package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/network"
	"lineproof/shared/pin"
	"lineproof/shared/web"
)

// Accounts is what tells whose a call of the Verify API is.
type Accounts struct {
	// Authenticator checks credentials.
	Authenticator account.Authenticator
	// Replays remembers signatures, each of which is good for one call. What changes nothing needs none.
	Replays grant.Replays
}

// call is a call of the Verify API, read and authenticated.
type call struct {
	params  url.Values
	account account.Account
}

// param gives a parameter, or "" when it is absent or blank. Of a repeated one the first counts.
func (c call) param(name string) string { return pin.Present(c.params.Get(name)) }

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
func (a Accounts) spend(r *http.Request) (call, error) {
	c, signature, err := a.identify(r)
	if err == nil {
		err = a.once(r.Context(), c.account, signature)
	}
	return c, err
}

// read reads a call that changes nothing.
func (a Accounts) read(r *http.Request) (call, error) {
	c, _, err := a.identify(r)
	return c, err
}

// identify reads a call and gives the signature, if one proved whose it is. Credentials come from HTTP
// Basic or, before it, from the parameters; what is wrong with them is told before anything else.
func (a Accounts) identify(r *http.Request) (c call, signature string, err error) {
	params, err := web.Params(r)
	if err != nil {
		return call{}, "", err
	}
	key, secret := pin.Present(params.Get("api_key")), params.Get("api_secret")
	if user, password, ok := r.BasicAuth(); ok && key == "" {
		key, secret = pin.Present(user), password
	}
	shown := account.Credentials{Key: key, Secret: pin.Present(secret), Params: params}
	who, err := a.authenticate(r, shown)
	if fault.Is(err, fault.MissingParam) {
		err = fault.New(fault.MissingCredentials)
	}
	return call{params, who}, shown.Signature(), err
}

// authenticate tells whose a call is, and the log as well. A refusal has the name of where the call
// came from, which behind a CloudFront distribution is the distribution.
func (a Accounts) authenticate(
	r *http.Request, shown account.Credentials,
) (account.Account, error) {
	who, err := a.Authenticator.Authenticate(r.Context(), shown)
	if fault.Is(err, fault.InvalidCredentials) {
		at := network.ClientAddress(r.RemoteAddr, r.Header, nil).Addr()
		err = fault.As(err).From(a.Authenticator.Peppers().Source(at))
	}
	if err == nil {
		web.Note(r.Context(), "account", who.Key.String())
	}
	return who, err
}

// done has the log tell how a call of the Verify API ended, and which of the account's
// verifications it was about: what else stands in a request_id a client made up.
func done(ctx context.Context, id, status string) {
	web.Note(ctx, "request_id", id)
	web.Note(ctx, web.Outcome, status)
}

// once spends a signature. It fails with a fault.InvalidCredentials when the same one was seen before.
func (a Accounts) once(ctx context.Context, who account.Account, signature string) error {
	if signature == "" {
		return nil
	}
	now := a.Authenticator.Now()
	err := a.Replays.Once(ctx, "signature "+who.Key.String()+" "+signature, now, now.Add(2*account.Freshness))
	if errors.Is(err, grant.ErrReplayed) {
		return fault.Wrap(fault.InvalidCredentials, err)
	}
	return err
}
