package verify2

import (
	"cmp"
	"time"

	"lineproof/shared/verification"
)

// The statuses of verifications and of their steps.
const (
	completed    = "completed"
	failed       = "failed"
	expired      = "expired"
	userRejected = "user_rejected"
	cancelled    = "cancelled"
	blocked      = "blocked"
	unused       = "unused"
)

// own are the statuses of steps that could not succeed, and reasons tell why. Of messages that did
// not leave for what their number is, ofNumber tells why; what is between provider and operator is
// nothing to the caller.
var (
	own = map[verification.Outcome]string{
		verification.Refused:    failed,
		verification.Blocked:    blocked,
		verification.Mismatched: userRejected,
		verification.Unproved:   failed,
	}
	reasons = map[verification.Outcome]string{
		verification.Refused:    "The message could not be sent.",
		verification.Blocked:    "The network of the number is blocked.",
		verification.Mismatched: "The device has the line of another number.",
		verification.Unproved:   "The line of the device could not be told.",
	}
	ofNumber = map[verification.Reason]string{
		verification.OptedOut:       "The number has opted out of messages.",
		verification.Barred:         "The number is barred.",
		verification.Unreachable:    "The number cannot be reached.",
		verification.CountryBlocked: "Messages to the country of the number are blocked.",
	}
)

// whyNot returns why the step of an event could not succeed; empty where it could.
func whyNot(e verification.Event) string {
	return cmp.Or(ofNumber[e.Reason], reasons[e.Outcome])
}

// ends are the statuses of verifications that ended so.
var ends = map[verification.State]string{
	verification.Success:    completed,
	verification.Failed:     userRejected,
	verification.Expired:    expired,
	verification.Cancelled:  cancelled,
	verification.Superseded: cancelled,
}

// stepStatus returns the status of a step, by its index, of a verification that has ended or is
// beyond it.
func stepStatus(v verification.Verification, i int) string {
	last := len(v.Events) - 1
	if i > last {
		return unused
	}
	end := ends[v.State(time.Time{})] // "" while it is in progress
	if i == last && end == completed {
		return completed
	}
	if status := own[v.Events[i].Outcome]; status != "" {
		return status
	}
	if i == last {
		return end
	}
	due := v.Events[i].At.Add(v.Plan.Steps[i].Wait)
	if v.Events[i+1].At.UnixMilli() >= due.UnixMilli() { // which is as times are stored
		return expired
	}
	return cancelled // for the next one
}

// endStatus returns the status of a settled verification. One that expired without a step that
// waited for its code ended as the last step did.
func endStatus(v verification.Verification) string {
	end := ends[v.State(time.Time{})]
	if end != expired {
		return end
	}
	last := failed // no message ever left
	for _, e := range v.Events {
		status := own[e.Outcome]
		if status == "" {
			return expired
		}
		last = status
	}
	return last
}
