package upstream

import "time"

// Operation is something that an upstream is asked for; each has a breaker of its own.
type Operation string

// The operations. A device is sent, a code exchanged, a line verified or shared, a silent step begun
// and its code checked.
const (
	Sending    Operation = "authorize"
	Exchanging Operation = "token"
	Verifying  Operation = "verify"
	Sharing    Operation = "share"
	Beginning  Operation = "begin"
	Checking   Operation = "check"
)

// The rules of breakers.
const (
	// breaksAfter is how many failures in a row, within breaksIn of the first, open a breaker.
	breaksAfter = 5
	breaksIn    = time.Minute
	// shortestRest is how long an open breaker lets nobody through, and longestRest how long after
	// probes that failed, each of which doubles it.
	shortestRest = 30 * time.Second
	longestRest  = 10 * time.Minute
	// probeWithin is how long a probe may take: after it another may begin.
	probeWithin = 10 * time.Second
)

// Breaker is how an operation of an upstream fares. The zero Breaker is closed, and nothing is known
// of it.
type Breaker struct {
	// Failures are those in a row, and Since is when the first of them was.
	Failures int
	Since    time.Time
	// Opens is until when nobody is let through, and Rest for how long it was opened; both are zero
	// while it is closed.
	Opens time.Time
	Rest  time.Duration
	// Probing is until when one call is under way that tells whether it may close.
	Probing time.Time
	// Revision is how often its record has been written: 0 before the first time.
	Revision int64
}

// Leave is what a breaker says to a call.
type Leave uint8

// The leaves.
const (
	// Refused is an open breaker.
	Refused Leave = iota
	// Free is a closed one.
	Free
	// Probe is a call that is let through alone, once the breaker has been written as it then is.
	Probe
)

// Admit returns what the breaker says to a call at now, and, for a Probe, itself while that is under
// way.
func (b Breaker) Admit(now time.Time) (Breaker, Leave) {
	switch {
	case b.Opens.IsZero():
		return b, Free
	case now.Before(b.Opens), now.Before(b.Probing):
		return b, Refused
	}
	b.Probing = now.Add(probeWithin)
	return b, Probe
}

// After returns the breaker after a call that it let through came to an outcome, or false when that
// changes nothing.
func (b Breaker) After(o Outcome, now time.Time) (Breaker, bool) {
	switch {
	case !o.Broken():
		return Breaker{Revision: b.Revision}, b.Failures > 0 || !b.Opens.IsZero()
	case !b.Opens.IsZero():
		return b.open(now, min(2*b.Rest, longestRest)), true
	case b.Failures == 0 || now.After(b.Since.Add(breaksIn)):
		b.Failures, b.Since = 0, now
	}
	b.Failures++
	if b.Failures >= breaksAfter {
		return b.open(now, shortestRest), true
	}
	return b, true
}

// open returns the breaker when it has just opened for so long.
func (b Breaker) open(now time.Time, rest time.Duration) Breaker {
	b.Opens, b.Rest, b.Probing = now.Add(rest), rest, time.Time{}
	return b
}
