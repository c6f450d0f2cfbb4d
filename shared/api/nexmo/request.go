package nexmo

import (
	"encoding/xml"
	"io"
	"net/http"

	"lineproof/shared/account"
	"lineproof/shared/pin"
	"lineproof/shared/web"
)

// Requests is what the request operation needs.
type Requests struct {
	// Accounts tells whose a call is.
	Accounts Accounts
	// Peppers are those under which the numbers of demo accounts are kept.
	Peppers account.Ring
	// Reader reads parameters.
	Reader Reader
	// Requester begins verifications.
	Requester pin.Requester
	// Random draws their nonces.
	Random io.Reader
}

// requestAnswer is the body of a request that was accepted.
type requestAnswer struct {
	XMLName   xml.Name `json:"-" xml:"verify_response"`
	RequestID string   `json:"request_id" xml:"request_id"`
	Status    string   `json:"status" xml:"status"`
}

// Request begins a verification (Verify API: Request and PSD2 Request).
func Request(p Requests) web.Endpoint {
	return func(r *http.Request) (any, error) {
		c, err := p.Accounts.spend(r)
		if err != nil {
			return nil, err
		}
		caller := pin.CallerOf(c.account, p.Peppers)
		read := p.Reader.Verify
		if web.Wire(r).Payment {
			read = p.Reader.Payment
		}
		order, err := read(c.param, caller.Terms)
		if err != nil {
			return nil, err
		}
		nonce, err := pin.NewNonce(p.Random)
		if err != nil {
			return nil, err
		}
		id, err := p.Requester.Request(r.Context(), caller, order, nonce)
		if err != nil {
			return nil, err
		}
		done(r.Context(), id, "0")
		return requestAnswer{RequestID: id, Status: "0"}, nil
	}
}
