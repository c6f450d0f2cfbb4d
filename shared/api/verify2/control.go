package verify2

import (
	"context"
	"net/http"

	"lineproof/shared/account"
	"lineproof/shared/verification"
	"lineproof/shared/web"
)

// Next has the next step of a workflow begin now (POST /v2/verify/{id}/next_workflow). It counts as
// one that its time has come for, so that of both at once one step begins. A body says nothing.
func Next(p ControlPorts, outbox verification.Outbox) web.Endpoint {
	controller := verification.NewController(p, outbox, nobody)
	return control(p, "next", http.StatusOK, controller.TriggerNextEvent)
}

// Cancel ends a verification, whatever its age (DELETE /v2/verify/{id}).
func Cancel(p ControlPorts, outbox verification.Outbox) web.Endpoint {
	controller := verification.NewController(p, outbox, nobody)
	return control(p, cancelled, http.StatusNoContent, controller.Withdraw)
}

// control is an operation on a verification that answers by its status alone.
func control(
	p CallPorts, outcome string, status int,
	carryOut func(ctx context.Context, owner account.Key, id string) error,
) web.Endpoint {
	c := callersOf(p)
	return func(r *http.Request) (any, error) {
		who, _, err := c.identify(r)
		if err != nil {
			return nil, err
		}
		id := requestID(r)
		if err := carryOut(r.Context(), who.account, id); err != nil {
			return nil, told(err)
		}
		done(r, id, outcome)
		return web.Reply{Status: status}, nil
	}
}
