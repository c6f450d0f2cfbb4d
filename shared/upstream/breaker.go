package upstream

import (
	"context"
	"slices"
	"time"

	"lineproof/shared/fault"
)

// Operation is something that an upstream is asked for; each has a breaker of its own.
type Operation string

// The operations. A device is sent, an operator token brought, a code exchanged, a line verified or
// shared, a silent step begun and its code checked. Sending makes no call: its breaker is always
// closed, for what comes back of it a device may have made up.
const (
	Sending    Operation = "authorize"
	Starting   Operation = "backchannel"
	Exchanging Operation = "token"
	Verifying  Operation = "verify"
	Sharing    Operation = "share"
	Beginning  Operation = "begin"
	Checking   Operation = "check"
)

// The rules of breakers.
const (
	// breaksAfter is how many failures in a row open a breaker when they come within breaksIn.
	breaksAfter = 5
	breaksIn    = time.Minute
	// shortestRest is how long an open breaker lets nobody through, which each probe that fails
	// doubles, and longestRest how long at most.
	shortestRest = 30 * time.Second
	longestRest  = 10 * time.Minute
	// probeWithin is how long a probe may take, which is longer than a function lives: after it
	// another may begin.
	probeWithin = 10 * time.Second
)

// Circuit names a breaker: that of an operation at the upstream of a name.
type Circuit struct {
	Upstream  string
	Operation Operation
}

// Breaker is how an operation of an upstream fares. The zero Breaker is closed, and nothing is
// known of it.
type Breaker struct {
	// Failures are when those in a row failed that may open it, the oldest first.
	Failures []time.Time
	// Until is when somebody may be let through again: after a rest, or when a probe is overdue.
	// It is zero while the breaker is closed.
	Until time.Time
	// Rest is for how long it was opened last; zero while it is closed.
	Rest time.Duration
	// Revision is how often its record has been written: 0 before the first time.
	Revision int64
}

// Leave is what a breaker says to a call.
type Leave uint8

// The leaves.
const (
	// Refused is an open breaker, or one that a probe is on its way through.
	Refused Leave = iota
	// Free is a closed one.
	Free
	// Probe is a call that is let through alone, once the breaker has been written as it then is.
	Probe
)

// Admit returns what the breaker says to a call at now, and, for a Probe, the breaker while that is
// under way.
func (b Breaker) Admit(now time.Time) (Breaker, Leave) {
	switch {
	case b.closed():
		return b, Free
	case now.Before(b.Until):
		return b, Refused
	}
	b.Until = now.Add(probeWithin)
	return b, Probe
}

func (b Breaker) closed() bool { return b.Until.IsZero() }

// After returns the breaker after a call that it set free came to an outcome, or false when that
// changes nothing: while it is open, a probe alone tells.
func (b Breaker) After(o Outcome, now time.Time) (Breaker, bool) {
	switch {
	case !b.closed():
		return b, false
	case !o.Broken():
		return Breaker{Revision: b.Revision}, len(b.Failures) > 0
	}
	b.Failures = append(slices.DeleteFunc(slices.Clone(b.Failures), func(at time.Time) bool {
		return now.Sub(at) > breaksIn
	}), now)
	if len(b.Failures) < breaksAfter {
		return b, true
	}
	return b.open(now, shortestRest), true
}

// AfterProbe returns the breaker after its probe came to an outcome.
func (b Breaker) AfterProbe(o Outcome, now time.Time) Breaker {
	if o.Broken() {
		return b.open(now, min(2*b.Rest, longestRest))
	}
	return Breaker{Revision: b.Revision}
}

// open returns the breaker when it has just opened for so long.
func (b Breaker) open(now time.Time, rest time.Duration) Breaker {
	return Breaker{Until: now.Add(rest), Rest: rest, Revision: b.Revision}
}

// Next returns the breaker as it is written in place of what stands. It fails with a fault.Changed
// when another revision stands than the one that was read: of many that write at once, one does.
func (b Breaker) Next(stands Breaker) (Breaker, error) {
	if stands.Revision != b.Revision {
		return Breaker{}, fault.New(fault.Changed)
	}
	b.Revision++
	return b, nil
}

// Breakers keeps the breakers of calls.
type Breakers interface {
	// Breaker returns one as it stood a moment ago, the zero Breaker for one that nobody has
	// written. It fails with a fault.Unavailable.
	Breaker(ctx context.Context, c Circuit) (Breaker, error)
	// PutBreaker writes one in place of the one that was read, on the condition of Next, by one
	// conditional write. When that refuses, it returns the breaker that stands.
	PutBreaker(ctx context.Context, c Circuit, b Breaker) (stands Breaker, err error)
}
