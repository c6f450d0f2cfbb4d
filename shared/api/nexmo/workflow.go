package nexmo

import (
	"time"

	"lineproof/shared/verification"
)

// The defaults of the Verify API.
const (
	defaultExpiry = 300 * time.Second
	workflows     = 7
)

// workflow returns the events of a workflow_id, 1 to 7, with its own waits between them. The waits
// that the Verify API documents after each last event, as 300 s in workflow 1, are what its PIN
// still lives then.
func workflow(id int) []verification.Step {
	switch id {
	case 1:
		return []verification.Step{
			step(verification.SMS, 125),
			step(verification.Voice, 180),
			step(verification.Voice, 0),
		}
	case 2:
		return []verification.Step{
			step(verification.SMS, 125),
			step(verification.SMS, 180),
			step(verification.Voice, 0),
		}
	case 3:
		return []verification.Step{step(verification.Voice, 150), step(verification.Voice, 0)}
	case 4:
		return []verification.Step{step(verification.SMS, 120), step(verification.SMS, 0)}
	case 5:
		return []verification.Step{step(verification.SMS, 120), step(verification.Voice, 0)}
	case 6:
		return []verification.Step{step(verification.SMS, 0)}
	default:
		return []verification.Step{step(verification.Voice, 0)}
	}
}

// step returns an event that the next one follows after the seconds.
func step(c verification.Channel, seconds int) verification.Step {
	return verification.Step{Channel: c, Wait: time.Duration(seconds) * time.Second}
}

// newPlan returns the plan of a workflow with the given pin_expiry and next_event_wait, 0 where not
// given. Where both are given and the first is no multiple of the second, it equals it.
func newPlan(id int, expiry, wait time.Duration) verification.Plan {
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
	return verification.Plan{Steps: steps, Expiry: expiry}
}
