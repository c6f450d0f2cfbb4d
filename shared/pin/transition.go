package pin

import "time"

// The changes that a store makes in one conditional write without reading first. A store with conditional expressions says
// the same in its own language; one suite holds both to it.

// Try counts an attempt, or gives false when the verification refuses it.
func (v Verification) Try(a Attempt) (Verification, bool) {
	if v.Ref != a.Ref || !v.Live(a.Now) || !a.Now.Before(v.PINExpires) {
		return v, false
	}
	v.Attempts, v.Total, v.Guess, v.Checked = v.Attempts+1, v.Total+1, a.Guess, a.Now
	v.Checks = append(v.Checks[:len(v.Checks):len(v.Checks)], a.Sealed)
	v.Revision++
	return v, true
}

// Cancel ends the verification, or gives false when it is too young or too far.
func (v Verification) Cancel(ref Ref, now, young time.Time) (Verification, bool) {
	if v.Ref != ref || !v.Live(now) || v.Submitted.After(young) || v.Event >= 2 {
		return v, false
	}
	v.CancelledAt = now
	v.Revision++
	return v, true
}

// Skip takes one from Left, or gives false when there is none.
func (v Verification) Skip(ref Ref, now time.Time) (Verification, bool) {
	if v.Ref != ref || !v.Live(now) || v.Left <= 0 {
		return v, false
	}
	v.Left--
	v.Revision++
	return v, true
}

// Unskip gives it back, or gives false when the verification is another's.
func (v Verification) Unskip(ref Ref) (Verification, bool) {
	if v.Ref != ref {
		return v, false
	}
	v.Left++
	v.Revision++
	return v, true
}

// Abandon cancels a verification whatever its age and settles it, or gives false when it has ended or is another's.
func (v Verification) Abandon(ref Ref, now time.Time) (Verification, bool) {
	if v.Ref != ref || !v.Live(now) || v.Settled {
		return v, false
	}
	v.CancelledAt, v.Settled = now, true
	v.Revision++
	return v, true
}
