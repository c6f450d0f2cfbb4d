package upstream

import (
	"context"
	"errors"
	"time"

	"lineproof/shared/fault"
)

// Report is what the log says of an upstream, in words of ours.
type Report struct {
	// Upstream is its name, Asked what it was asked for, and Told what came of that: an outcome, or
	// one of the words below.
	Upstream string
	Asked    Operation
	Told     string
	// Breaker is Opened or Closed when this call made it so; else empty.
	Breaker string
	// Correlator is the X-Correlator that the upstream got; empty where it got none of ours.
	Correlator string
}

// Of returns the report of an outcome that no call came to.
func (o Outcome) Of(name string, asked Operation) Report {
	return Report{Upstream: name, Asked: asked, Told: o.String()}
}

// The words beside outcomes, of what was asked.
const (
	// Sent is a device on its way.
	Sent = "sent"
	// Resting is what was not asked, because a breaker is open.
	Resting = "resting"
	// Spent is what was not asked, because the day had as many as it may.
	Spent = "spent"
	// Moved is a device that came back from another network, and comes to nothing.
	Moved = "moved"
)

// The words of what became of a breaker.
const (
	Opened = "opened"
	Closed = "closed"
)

// Words lists all that reports tell.
func Words() []string { return append(names[:], Sent, Resting, Spent, Moved) }

// Tell takes reports.
type Tell func(ctx context.Context, r Report)

// storeWithin is how long a call waits for a breaker, before it and after: it has better to do.
const storeWithin = 500 * time.Millisecond

// mostWrites is how often a failure is written again that others wrote before.
const mostWrites = 5

// Caller asks upstreams, of which none is asked that keeps failing, and tells of each call. A call
// costs a read, and a write when it fails, probes, or is the first after failures that does not.
type Caller struct {
	Calls

	// Breakers keeps the breakers. When they are away the call is made all the same.
	Breakers Breakers
	// Tell takes what each call comes to.
	Tell Tell
}

// pass is what a call goes through by.
type pass struct {
	circuit Circuit
	// stands is the breaker as it was read, or as it was written for a probe.
	stands Breaker
	leave  Leave
	// blind tells that nobody knows how the breaker stands.
	blind bool
}

// Peer returns the upstream of a name, with Match when it may be asked for a wish. It tells of one
// that is no longer there.
func (c Caller) Peer(
	ctx context.Context, d Directory, name string, wish Operation,
) (Peer, Outcome) {
	p, found, err := Find(ctx, d, name)
	switch {
	case err != nil:
		return p, Away
	case !found || !p.Live(c.Now()):
		c.Tell(ctx, NotCovered.Of(name, wish))
		return p, NotCovered
	}
	return p, Match
}

// Secret returns what we authenticate with at an upstream, before it is asked for a wish: with
// Match; or it tells why it is not asked, Misconfigured where there is none that can be read.
func (c Caller) Secret(
	ctx context.Context, from Secrets, p Peer, wish Operation,
) (Secret, Outcome) {
	s, err := from.Secret(ctx, p.Secret)
	o := Match
	switch {
	case errors.Is(err, ErrNoSecret), errors.Is(err, errSecret):
		o = Misconfigured
	case err != nil:
		o = Away
	}
	if o != Match {
		c.Tell(ctx, o.Of(p.Name, wish))
	}
	return s, o
}

// named makes a guarded call that the upstream gets under a name of its own, which tells nothing of
// ours: by it both find the same call in their logs. Where a code stands in the place of the name
// it has none.
func (c Caller) named(
	ctx context.Context, p Peer, operation Operation, call func(correlator string) Outcome,
) Outcome {
	if p.profile.Bare {
		return c.guarded(ctx, p, operation, "", func() Outcome { return call("") })
	}
	correlator, err := newCorrelator(c.Random)
	if err != nil {
		return Away
	}
	return c.guarded(ctx, p, operation, correlator, func() Outcome { return call(correlator) })
}

// guarded makes a call, or returns NotCovered at once while the breaker is open.
func (c Caller) guarded(
	ctx context.Context, p Peer, operation Operation, correlator string, call func() Outcome,
) Outcome {
	through := c.enter(ctx, Circuit{p.Name, operation})
	if through.leave == Refused {
		c.Tell(ctx, Report{Upstream: p.Name, Asked: operation, Told: Resting})
		return NotCovered
	}
	o := call()
	report := o.Of(p.Name, operation)
	report.Breaker, report.Correlator = c.leave(ctx, through, o), correlator
	c.Tell(ctx, report)
	return o
}

// enter asks the breaker for leave. Of those that would probe at once, one does.
func (c Caller) enter(ctx context.Context, at Circuit) pass {
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	stands, err := c.Breakers.Breaker(ctx, at)
	if err != nil {
		return pass{leave: Free, blind: true}
	}
	next, leave := stands.Admit(c.Now())
	if leave != Probe {
		return pass{circuit: at, stands: stands, leave: leave}
	}
	stands, err = c.Breakers.PutBreaker(ctx, at, next)
	switch {
	case fault.Is(err, fault.Changed):
		leave = Refused
	case err != nil:
		return pass{leave: Free, blind: true}
	}
	return pass{circuit: at, stands: stands, leave: leave}
}

// leave writes what a call came to, and returns what became of the breaker. A caller who went away
// meanwhile says nothing of the upstream.
func (c Caller) leave(ctx context.Context, through pass, o Outcome) string {
	if through.blind || ctx.Err() != nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeWithin)
	defer cancel()
	if through.leave == Probe {
		next := through.stands.AfterProbe(o, c.Now())
		if _, err := c.Breakers.PutBreaker(ctx, through.circuit, next); err != nil {
			return "" // the probe was overdue, or will be
		}
		return next.word()
	}
	stands := through.stands
	for range mostWrites {
		next, changed := stands.After(o, c.Now())
		if !changed {
			return ""
		}
		other, err := c.Breakers.PutBreaker(ctx, through.circuit, next)
		if err == nil && !next.closed() {
			return Opened
		}
		if !fault.Is(err, fault.Changed) {
			return ""
		}
		stands = other
	}
	return ""
}

// word says what became of a breaker that was open.
func (b Breaker) word() string {
	if b.closed() {
		return Closed
	}
	return Opened
}
