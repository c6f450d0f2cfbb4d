package nexmo

import (
	"encoding/xml"
	"net/http"

	"lineproof/shared/verification"
	"lineproof/shared/web"
)

// requestAnswer is the body of a request that was accepted.
type requestAnswer struct {
	XMLName   xml.Name `json:"-" xml:"verify_response"`
	RequestID string   `json:"request_id" xml:"request_id"`
	Status    string   `json:"status" xml:"status"`
}

// Request begins a verification (Verify API: Request and PSD2 Request), over its ports, what reads
// its parameters, and what begins verifications (see verification.NewRequester).
func Request(
	p RequestPorts, reader Reader, outbox verification.Outbox,
	routed func(country string, c verification.Channel) bool,
) web.Endpoint {
	a, requester, random := accountsOf(p), verification.NewRequester(p, outbox, routed), p.Random()
	return func(r *http.Request) (any, error) {
		c, err := a.spend(r)
		if err != nil {
			return nil, err
		}
		caller := verification.CallerOf(c.account, a.Peppers)
		read := reader.Verify
		if web.Wire(r).Payment {
			read = reader.Payment
		}
		order, err := read(c.param, caller.Terms)
		if err != nil {
			return nil, err
		}
		if c.account.StatusURL != "" {
			order.Callback = verification.Webhook("")
		}
		nonce, err := requester.NewNonce(caller, order, random)
		if err != nil {
			return nil, err
		}
		id, err := requester.Request(r.Context(), caller, order, nonce)
		if err != nil {
			return nil, err
		}
		done(r.Context(), id, "0")
		return requestAnswer{RequestID: id, Status: "0"}, nil
	}
}
