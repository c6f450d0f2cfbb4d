package nexmo

import (
	"encoding/xml"
	"net/http"

	"lineproof/shared/fault"
	"lineproof/shared/verification"
	"lineproof/shared/web"
)

// The commands of Verify Control.
const (
	cancel           = "cancel"
	triggerNextEvent = "trigger_next_event"
)

// controlAnswer is the body of a command that was carried out.
type controlAnswer struct {
	XMLName xml.Name `json:"-" xml:"response"`
	Status  string   `json:"status" xml:"status"`
	Command string   `json:"command" xml:"command"`
}

// Control cancels a verification or has its next event take place now (Verify API: Verify Control).
func Control(p ControlPorts, outbox verification.Outbox) web.Endpoint {
	a, controller := accountsOf(p), verification.NewController(p, outbox, p.Listener())
	return func(r *http.Request) (any, error) {
		c, err := a.spend(r)
		if err != nil {
			return nil, err
		}
		if err := c.mandatory("request_id", "cmd"); err != nil {
			return nil, err
		}
		command := c.param("cmd")
		carryOut := controller.Cancel
		switch command {
		case cancel:
		case triggerNextEvent:
			if c.account.Barred { // it would submit a message
				return nil, fault.New(fault.Barred)
			}
			carryOut = controller.TriggerNextEvent
		default:
			return nil, fault.In(fault.InvalidCommand, "cmd")
		}
		if err := carryOut(r.Context(), c.account.Key, c.param("request_id")); err != nil {
			return nil, err
		}
		done(r.Context(), c.param("request_id"), "0")
		return controlAnswer{Status: "0", Command: command}, nil
	}
}
