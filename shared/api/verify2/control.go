package verify2

import (
	"context"
	"net/http"

	"lineproof/shared/fault"
	"lineproof/shared/verification"
	"lineproof/shared/web"
)

// Next has the next step of a workflow begin now (POST /v2/verify/{id}/next_workflow). A request
// that its client sent once more, because the answer got lost, moves on no further, and of two at
// once one does.
func Next(p ControlPorts, outbox verification.Outbox) web.Endpoint {
	c, controller := callersOf(p), verification.NewController(p, outbox, verification.Nobody)
	random := p.Random()
	next := func(ctx context.Context, who caller, id string) error {
		payer, err := c.payer(ctx, who.account)
		if err == nil && payer.Barred { // it would submit a message
			err = fault.New(fault.Barred)
		}
		if err != nil {
			return err
		}
		by, err := who.wish(random)
		if err != nil {
			return err
		}
		_, err = controller.NextStep(ctx, who.account, id, by)
		return err
	}
	return control(c, "next", http.StatusOK, next)
}

// Cancel ends a verification, whatever its age (DELETE /v2/verify/{id}).
func Cancel(p ControlPorts, outbox verification.Outbox) web.Endpoint {
	controller := verification.NewController(p, outbox, verification.Nobody)
	end := func(ctx context.Context, who caller, id string) error {
		if who.repeated {
			return controller.EndAgain(ctx, who.account, id)
		}
		return controller.End(ctx, who.account, id)
	}
	return control(callersOf(p), cancelled, http.StatusNoContent, end)
}

// control is an operation on a verification that answers by its status alone.
func control(
	c callers, outcome string, status int,
	carryOut func(ctx context.Context, who caller, id string) error,
) web.Endpoint {
	return func(r *http.Request) (any, error) {
		who, _, err := c.identify(r)
		if err != nil {
			return nil, err
		}
		id := requestID(r)
		if err := carryOut(r.Context(), who, id); err != nil {
			return nil, told(err)
		}
		done(r, id, outcome)
		return web.Reply{Status: status}, nil
	}
}
