// Package otp owns the operations of one-time passwords (CAMARA OneTimePasswordSMS): sending a code
// in the caller's own words, and validating it.
//
// Whoever calls is a client in its own name, whose registration names the account that pays. What
// begins and ends here is a verification as any other: one of a number and an account is live,
// whatever began it, and a code that is sent ends the one before.
package otp

import (
	"net/http"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/oauth"
	"lineproof/shared/web"
)

// authenticate returns the client that calls: 401 first, then 403. The log is told whose a token of
// ours is, also when it is refused.
func authenticate(r *http.Request, b oauth.Bearers) (grant.Client, error) {
	raw, err := web.Bearer(r)
	if err != nil {
		return grant.Client{}, err
	}
	wanted := oauth.Wanted{Scopes: web.Wire(r).OneTime.Scopes, Own: true}
	access, client, err := b.Authenticate(r.Context(), raw, wanted)
	if access.Client != "" {
		web.Note(r.Context(), "client", access.Client)
	}
	return client, err
}

// payer returns the key of the account that pays for the client, and has the log tell it. It fails
// with a fault.Forbidden when the client names none.
func payer(r *http.Request, client grant.Client) (account.Key, error) {
	key := account.ParseKey(client.Account)
	if key == 0 {
		return 0, fault.New(fault.Forbidden)
	}
	web.Note(r.Context(), "account", key.String())
	return key, nil
}

// object reads the body by the wire's rules: an object with these members, of which none may be
// missing.
func object(r *http.Request, names ...string) (web.Members, error) {
	members, err := web.Object(r)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if !members.Has(name) {
			return nil, fault.In(fault.MissingField, name)
		}
	}
	if web.Wire(r).OneTime.OnlyKnown && len(members) > len(names) {
		return nil, fault.New(fault.InvalidBody)
	}
	return members, nil
}

// done has the log tell how a call ended, and which of the account's verifications it was about.
func done(r *http.Request, id, outcome string) {
	web.Note(r.Context(), "request_id", id)
	web.Note(r.Context(), web.Outcome, outcome)
}
