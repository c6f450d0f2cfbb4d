package verification

import (
	"bytes"
	"time"
)

// The changes that a store makes in one conditional write. A store with conditional expressions
// says the same in its own language; one suite holds both to it.

// Try counts an attempt, or gives false when the verification refuses it.
func (v Verification) Try(a Attempt) (Verification, bool) {
	if v.Ref != a.Ref || !v.Live(a.Now) || !a.Now.Before(v.PINExpires) {
		return v, false
	}
	v = v.count(a)
	v.Revision++
	return v, true
}

// count returns the verification with the attempt counted.
func (v Verification) count(a Attempt) Verification {
	v.Attempts, v.Total, v.Guess, v.Checked = v.Attempts+1, v.Total+1, a.Guess, a.Now
	v.Checks = append(v.Checks[:len(v.Checks):len(v.Checks)], a.Sealed)
	return v
}

// Cancel ends the verification, or returns false when it is too young or too far.
func (v Verification) Cancel(c Cancellation) (Verification, bool) {
	if v.Ref != c.Ref || !v.Live(c.Now) || v.Submitted.After(c.Submitted) || v.Event >= c.Event {
		return v, false
	}
	v.CancelledAt = c.Now
	v.Revision++
	return v, true
}

// Skip takes one from Left, or returns false when there is none, or when a wish that is named comes
// after one that is yet to be met, or after itself.
func (v Verification) Skip(w Wish) (Verification, bool) {
	if v.Ref != w.Ref || !v.Live(w.Now) || v.Left <= 0 {
		return v, false
	}
	if len(w.By) > 0 {
		if len(v.WishedBy) > 0 && (v.Wished == v.Event || bytes.Equal(v.WishedBy, w.By)) {
			return v, false
		}
		v.Wished, v.WishedBy = v.Event, w.By
	}
	v.Left--
	v.Revision++
	return v, true
}

// Skippable is how many events follow the last one begun.
func (v Verification) Skippable() int { return v.Plan.events() - v.Event }

// Unskip gives back what a Skip took whose outcome was skipped, or gives false when v is another's
// or settled, or when an event has begun since: then Left counts from there.
func (v Verification) Unskip(skipped Verification) (Verification, bool) {
	if v.Ref != skipped.Ref || v.Event != skipped.Event || v.Left >= v.Skippable() || v.Settled {
		return v, false
	}
	v.Wished, v.WishedBy = 0, nil
	v.Left++
	v.Revision++
	return v, true
}

// withdrawn stands in Left for what its own request withdrew.
const withdrawn = -1

// Withdraw ends a verification of which no message has begun, whatever its age, and settles it, so
// that none begins; or returns false when one has, when none will anyway, or when v is another's.
func (v Verification) Withdraw(ref Ref, now time.Time) (Verification, bool) {
	if v.Ref != ref || !v.Unsent() || !v.Live(now) && !v.Owes(now) {
		return v, false
	}
	if !v.GaveWay {
		v.CancelledAt = now
	}
	v.Settled, v.Left = true, withdrawn
	v.Revision++
	return v, true
}

// Displace gives the ended verification as it is kept when another takes its place. It is settled
// by that, so that nothing stays held when its messages are lost, unless more than money hangs on
// it: that it is told of, that it counts for its network, that it owes a message, or that a
// dispatcher is about to send one. That is the dispatcher's to do.
func (v Verification) Displace(now time.Time) Verification {
	switch {
	case v.Nonce == 0, v.Live(now), v.Settled:
		return v
	case v.Callback == "" && !v.converts() && !v.Owes(now) && v.sending(now) == 0:
		v.Settled = true
	case !v.GaveWay:
		return v
	}
	v.Revision++
	return v
}

// Release gives the ledger of the account after that settlement.
func (v Verification) Release(l AccountUsage, now time.Time) AccountUsage {
	if v.Settled || !v.Displace(now).Settled {
		return l
	}
	l.Held -= v.Held
	if v.State(now) == Success {
		l.Charged += v.Held
	} else {
		l.Free += v.Held
	}
	return l
}

// Replace puts the changed verification in the place of v, or gives false when v is not what it was
// made from or is settled.
func (v Verification) Replace(changed Verification) (Verification, bool) {
	if v.Ref != changed.Ref || v.Revision != changed.Revision || v.Settled {
		return v, false
	}
	changed.Denied = v.Denied
	changed.Revision++
	return changed, true
}

// Settle marks v as settled, or gives false when it is not the one that was read, or is settled
// already.
func (v Verification) Settle(read Verification) (Verification, bool) {
	if v.Ref != read.Ref || v.Revision != read.Revision || v.Settled {
		return v, false
	}
	v.Settled = true
	v.Revision++
	return v, true
}
