package upstream

import (
	"context"
	"time"

	"lineproof/shared/fault"
)

// Day names a day of an upstream, in UTC.
type Day struct {
	// Upstream is its name, and Date the day's, as 2030-12-31.
	Upstream, Date string
	// Ends is when the day is over.
	Ends time.Time
}

// Day returns the upstream's day at now.
func (u Upstream) Day(now time.Time) Day {
	begins := now.UTC().Truncate(24 * time.Hour)
	return Day{u.Name, begins.Format(time.DateOnly), begins.Add(24 * time.Hour)}
}

// Another returns how many authorizations a day has had with one more. It fails with a
// fault.QuotaExceeded when they are as many as the limit.
func Another(counted, limit int64) (int64, error) {
	if counted >= limit {
		return counted, fault.New(fault.QuotaExceeded)
	}
	return counted + 1, nil
}

// GateStore keeps what is asked before anybody is sent.
type GateStore interface {
	// Breakers returns those of an upstream that somebody has written, as they stood a moment ago,
	// in one request.
	Breakers(ctx context.Context, name string) (map[Operation]Breaker, error)
	// Count counts another authorization of a day, by one conditional write, or fails as Another
	// does.
	Count(ctx context.Context, d Day, limit int64) error
}

// Gate tells whether an upstream is asked for another authorization.
type Gate struct {
	// Store keeps breakers, and how many authorizations a day has had.
	Store GateStore
	// Tell takes what each wish comes to.
	Tell Tell
	// Now tells the time.
	Now func() time.Time
}

// Lets tells whether the upstream is asked for an authorization, an operation after which others
// follow: not while one of them rests, and not beyond its limit of the day, towards which what is
// let through counts. When the store is away nothing rests, but no limit is gone beyond: then Lets
// fails with a fault.Unavailable.
func (g Gate) Lets(ctx context.Context, p Peer, wish Operation, then ...Operation) (bool, error) {
	if g.rests(ctx, p.Name, append(then, wish)) {
		g.Tell(ctx, Report{Upstream: p.Name, Asked: wish, Told: Resting})
		return false, nil
	}
	if p.DailyLimit == 0 {
		return true, nil
	}
	err := g.Store.Count(ctx, p.Day(g.Now()), p.DailyLimit)
	if fault.Is(err, fault.QuotaExceeded) {
		g.Tell(ctx, Report{Upstream: p.Name, Asked: wish, Told: Spent})
		return false, nil
	}
	return err == nil, err
}

// Sent tells of a device that is on its way.
func (g Gate) Sent(ctx context.Context, p Peer) {
	g.Tell(ctx, Report{Upstream: p.Name, Asked: Sending, Told: Sent})
}

// rests tells whether one of the operations lets nobody through.
func (g Gate) rests(ctx context.Context, name string, all []Operation) bool {
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	stand, err := g.Store.Breakers(ctx, name)
	if err != nil {
		return false
	}
	for _, operation := range all {
		if _, leave := stand[operation].Admit(g.Now()); leave == Refused {
			return true
		}
	}
	return false
}
