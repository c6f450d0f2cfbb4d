package otp

import (
	"errors"
	"net/http"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/verification"
	"lineproof/shared/web"
)

// sendAnswer is the body of a code that is sent (SendCodeResponse).
type sendAnswer struct {
	AuthenticationID string `json:"authenticationId"`
}

// SendCode sends a code in the caller's own words (CAMARA sendCode), over its ports, what reads
// requests, and what begins verifications (see verification.NewRequester). What is wrong with the
// token is told first, then what is wrong with the body, the account and the number.
func SendCode(
	p SendPorts, reader Reader, outbox verification.Outbox,
	routed func(country string, c verification.Channel) bool,
) web.Endpoint {
	b, accounts, random := bearers(p), p.Accounts(), p.Random()
	requester := verification.NewRequester(p, outbox, routed)
	return func(r *http.Request) (any, error) {
		client, err := authenticate(r, b)
		if err != nil {
			return nil, err
		}
		asked, err := readSend(r)
		if err != nil {
			return nil, err
		}
		caller, err := callerOf(r, client, accounts)
		if err != nil {
			return nil, err
		}
		order, err := reader.order(asked, client, caller.Terms)
		if err != nil {
			return nil, err
		}
		id, err := begin(r.Context(), requester, caller, order, random)
		if err != nil {
			return nil, err
		}
		done(r, id, "sent")
		return sendAnswer{id}, nil
	}
}

// callerOf returns the account that pays for the client, as a caller. One that does not exist pays
// for nothing: that is a fault.Forbidden.
func callerOf(
	r *http.Request, client grant.Client, accounts account.Authenticator,
) (verification.Caller, error) {
	key, err := payer(r, client)
	if err != nil {
		return verification.Caller{}, err
	}
	who, err := accounts.Accounts.Account(r.Context(), key)
	if errors.Is(err, account.ErrNotFound) {
		return verification.Caller{}, fault.Wrap(fault.Forbidden, err)
	}
	return verification.CallerOf(who, accounts.Peppers), err
}
