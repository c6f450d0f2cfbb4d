package dynamodel

import (
	"context"
	"math"
	"math/rand/v2"
	"time"
)

// Options say how the tables behave. The zero Options are those of tables that answer at once and
// never throttle; then no two requests meet.
type Options struct {
	// Latencies are how long calls take.
	Latencies Latencies
	// Limits are what a partition key takes.
	Limits Limits
	// Seed begins the randomness of latencies.
	Seed uint64
	// Now returns the time, and Sleep waits; nil for those of package time, which testing/synctest
	// makes virtual.
	Now   func() time.Time
	Sleep func(time.Duration)
	// Schedule, unless nil, says whose call is carried out next.
	Schedule *Schedule
}

// Latencies are those of calls, by kind; zero for none.
type Latencies struct {
	// Write is that of PutItem and UpdateItem, Get of GetItem, Read of Query, BatchGetItem and
	// Scan.
	Write, Get, Read Spread
	// Transact is that of TransactWriteItems of one or two items; Further is added for each item
	// more.
	Transact Spread
	Further  time.Duration
}

// Spread is a lognormal distribution by its median and its 99th percentile.
type Spread struct{ P50, P99 time.Duration }

// Limits are the units that a partition key takes in a second, and at most saves up; 0 for no
// limit.
type Limits struct{ Write, Read float64 }

// Realistic returns the options that the package comment tabulates.
func Realistic(seed uint64) Options {
	const ms = time.Millisecond
	return Options{
		Latencies: Latencies{
			Write: Spread{
				4 * ms,
				10 * ms,
			},
			Get:      Spread{3 * ms, 8 * ms},
			Read:     Spread{4 * ms, 10 * ms},
			Transact: Spread{9 * ms, 25 * ms},
			Further:  1500 * time.Microsecond,
		},
		Limits: Limits{Write: 1000, Read: 3000},
		Seed:   seed,
	}
}

// percentile99 is how many standard deviations the 99th percentile lies above the median.
const percentile99 = 2.3263

func (s Spread) draw(r *rand.Rand) time.Duration {
	if s.P50 <= 0 {
		return 0
	}
	deviation := math.Log(float64(s.P99)/float64(s.P50)) / percentile99
	return time.Duration(float64(s.P50) * math.Exp(deviation*r.NormFloat64()))
}

func (l Latencies) transact(r *rand.Rand, items int) time.Duration {
	d := l.Transact.draw(r)
	if d > 0 {
		d += time.Duration(max(0, items-2)) * l.Further
	}
	return d
}

// bucket saves up the units of a second.
type bucket struct {
	units float64
	since time.Time
}

// take takes units, or none and fails.
func (b *bucket) take(units, limit float64, now time.Time) bool {
	if limit <= 0 {
		return true
	}
	if b.since.IsZero() {
		b.units = limit
	} else {
		b.units = min(limit, b.units+limit*now.Sub(b.since).Seconds())
	}
	b.since = now
	if b.units < units {
		return false
	}
	b.units -= units
	return true
}

// actorKey holds in a context which operation of a schedule a call belongs to.
type actorKey struct{}

func actorOf(ctx context.Context) int {
	n, _ := ctx.Value(actorKey{}).(int)
	return n
}
