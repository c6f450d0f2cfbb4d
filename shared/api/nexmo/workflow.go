package nexmo

import (
	"time"

	"lineproof/shared/pin"
)

// The defaults of the Verify API.
const (
	defaultExpiry = 300 * time.Second
	workflows     = 7
)

// workflow returns the events of a workflow_id, 1 to 7, with its own waits between them. The waits
// that the Verify API documents after each last event, as 300 s in workflow 1, are what its PIN still
// lives then.
func workflow(id int) []pin.Step {
	switch id {
	case 1:
		return []pin.Step{step(pin.SMS, 125), step(pin.Voice, 180), step(pin.Voice, 0)}
	case 2:
		return []pin.Step{step(pin.SMS, 125), step(pin.SMS, 180), step(pin.Voice, 0)}
	case 3:
		return []pin.Step{step(pin.Voice, 150), step(pin.Voice, 0)}
	case 4:
		return []pin.Step{step(pin.SMS, 120), step(pin.SMS, 0)}
	case 5:
		return []pin.Step{step(pin.SMS, 120), step(pin.Voice, 0)}
	case 6:
		return []pin.Step{step(pin.SMS, 0)}
	default:
		return []pin.Step{step(pin.Voice, 0)}
	}
}

// step returns an event that the next one follows after the seconds.
func step(c pin.Channel, seconds int) pin.Step {
	return pin.Step{Channel: c, Wait: time.Duration(seconds) * time.Second}
}

// newPlan returns the plan of a workflow with the given pin_expiry and next_event_wait, 0 where not
// given. Where both are given and the first is no multiple of the second, it equals it.
func newPlan(id int, expiry, wait time.Duration) pin.Plan {
	if expiry != 0 && wait != 0 && expiry%wait != 0 {
		expiry = wait
	}
	if expiry == 0 {
		expiry = defaultExpiry
	}
	steps := workflow(id)
	for i := range steps[1:] {
		if wait != 0 {
			steps[i].Wait = wait
		}
	}
	return pin.Plan{Steps: steps, Expiry: expiry}
}
