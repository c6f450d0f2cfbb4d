package pin

import (
	"time"

	"lineproof/shared/fault"
)

// Meter lets Count pass in any stretch of Per, and no burst above it. It is the generic cell rate algorithm (ITU-T I.371): its
// standing is a single instant, so that one conditional write can both ask and count.
type Meter struct {
	// Count may pass within Per; 0 sets no limit.
	Count int
	Per   time.Duration
	// Kind is the failure of what does not pass.
	Kind fault.Kind
}

// Step is how far one that passes moves the standing.
func (m Meter) Step() time.Duration { return m.Per / time.Duration(m.Count) }

// Take gives the standing after one more at now, or false when it does not pass. The zero Time is the standing of a new meter.
func (m Meter) Take(standing, now time.Time) (time.Time, bool) {
	if m.Count <= 0 {
		return standing, true
	}
	if floor := now.Add(-m.Per); standing.Before(floor) {
		standing = floor
	}
	standing = standing.Add(m.Step())
	return standing, !standing.After(now)
}
