package verify2

import (
	"context"
	"errors"
	"net/http"

	"lineproof/shared/fault"
	"lineproof/shared/template"
	"lineproof/shared/verification"
	"lineproof/shared/web"
	"lineproof/shared/webhook"
)

// requestAnswer is the body of a request that was accepted.
type requestAnswer struct {
	RequestID string `json:"request_id"`
	CheckURL  string `json:"check_url,omitempty"`
}

// Request begins a verification (POST /v2/verify), over its ports, what reads requests, an outbox,
// what tells whether a channel reaches a country, and the queue of callbacks. A verification that
// is live for the number is a fault.Concurrent with its id: so a request that is repeated, because
// its answer got lost, sends nothing twice.
func Request(
	p RequestPorts, reader Reader, outbox verification.Outbox,
	routed func(country string, c verification.Channel) bool, callbacks webhook.Listener,
) web.Endpoint {
	c, random, origin, abroad := callersOf(p), p.Random(), p.Issuer(), p.Upstreams()
	library := template.Library{Books: p.Templates(), Phrases: reader.Phrases}
	requester := verification.NewRequester(p, outbox, routed)
	requester.Awaited = func(ctx context.Context, id string, key uint32) error {
		return callbacks.Queue(ctx, webhook.Pending, id, key)
	}
	return func(r *http.Request) (any, error) {
		who, body, err := c.identify(r)
		if err != nil {
			return nil, err
		}
		account, err := c.payer(r.Context(), who.account)
		if err != nil {
			return nil, err
		}
		payer := verification.CallerOf(account, c.accounts.Peppers)
		covered := func(l verification.Line, step verification.Means) (bool, error) {
			return Covers(r.Context(), abroad, l, step, p.Now())
		}
		order, wish, err := reader.order(body, who.application, payer.Terms, covered)
		if err != nil {
			return nil, err
		}
		wish.Account = who.account
		if err := write(r.Context(), library, wish, payer.Terms, &order); err != nil {
			return nil, err
		}
		nonce, err := requester.NewNonce(payer, order, random)
		if err != nil {
			return nil, err
		}
		id, err := requester.Request(r.Context(), payer, order, nonce)
		if err != nil {
			return nil, refused(err)
		}
		done(r, id, "started")
		answer := requestAnswer{RequestID: verification.UUID(id)}
		if order.Plan.Steps[0].Channel == verification.Silent && !order.Uncovered {
			answer.CheckURL = CheckURL(origin, id)
		}
		return web.Reply{Status: http.StatusAccepted, Body: answer}, nil
	}
}

// numbers are the failures that lie in a step's number.
var numbers = []fault.Kind{
	fault.UnsupportedNetwork, fault.Unroutable, fault.Denied, fault.NotOnDemoList,
}

// refused returns the failure of a request as this API tells it.
func refused(err error) error {
	if !fault.Is(err, numbers...) {
		return told(err)
	}
	at, failure := verification.StepError{}, fault.As(err).WithID("")
	errors.As(err, &at) // else it lies in the first step's number
	failure.Invalid = []fault.Parameter{{
		Name: stepName(at.Step), Reason: "`to` Phone number is not allowed",
	}}
	return failure
}
