package dynamo_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/dynamo"
	"lineproof/shared/verification"
)

var scale = flag.Bool("scale", false, "search for what the stores sustain, and print it")

const unbounded = 1 << 40

// prepaid are terms of which nothing but the price is met; standard have every meter, none of which
// ever refuses; unmetered have none.
var (
	unmetered = account.UnlimitedTerms("GB")
	prepaid   = func() account.Terms { t := unmetered; t.Prepaid = true; return t }()
	standard  = func() account.Terms {
		t := account.StandardTerms("GB")
		t.PerSecond, t.PerDay, t.PerNetwork, t.PerAddress = unbounded, unbounded, unbounded, unbounded
		t.SpendPerDay, t.MessageCostPerDay, t.NetworkCostPerDay = wealth, wealth, wealth
		return t
	}()
)

// The distances of numbers that are in networks of their own, and in one.
const (
	scattered = 10_000
	together  = 1
)

// customers are those that the stores are measured with, and what 100 requests a second over two
// seconds may take of them.
var customers = []struct {
	name string
	customer
	budget
}{
	{"unmetered", customer{1, unmetered, scattered, "", false}, budget{0, 0, 1, 0}},
	{"prepaid", customer{1, prepaid, scattered, "", false}, budget{0, 0.05, 1.6, 0.2}},
	{"prepaid, 10 accounts", customer{10, prepaid, scattered, "", false}, budget{0, 0.05, 2, 0.3}},
	{"standard", customer{1, standard, scattered, "", false}, budget{0, 0.05, 4.2, 0.5}},
	{"standard, one network", customer{1, standard, together, "", false}, budget{0, 0.05, 4.2, 0.5}},
	{"standard, one network and address", customer{1, standard, together, "192.0.2.1", false},
		budget{0, 0.05, 5.2, 0.5}},
	{"prepaid, begun and settled", customer{1, prepaid, scattered, "", true}, budget{0, 0.3, 7, 1}},
}

// budget is the most that 200 requests may take: failures, and for each success conflicts, and
// write units, carried out and lost.
type budget struct {
	failed                 int
	conflicts, units, lost float64
}

// TestScale offers 100 requests a second for two seconds of each customer, in virtual time, and
// holds them to a budget.
func TestScale(t *testing.T) {
	t.Parallel()
	for _, c := range customers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := c.measure(t, &offer{rate: 100, requests: 200})
			t.Logf("%s: 100/s; %v", c.name, m)
			if m.failed > c.failed || m.each(float64(m.Conflicts)) > c.conflicts ||
				m.each(m.Write) > c.units || m.each(m.Lost) > c.lost {
				t.Errorf("the budget is %+v", c.budget)
			}
		})
	}
}

// measure has the customer send what is offered.
func (c customer) measure(t *testing.T, o *offer) (m measured) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, c.accounts)
		m = o.send(t.Context(), func(ctx context.Context, i int) error { return c.request(ctx, f, i) })
		f.db.Drain()
		m.Usage = f.db.Usage()
	})
	return m
}

// String tells what became of requests, in one line.
func (m measured) String() string {
	longest := time.Duration(0)
	if len(m.took) > 0 {
		longest = m.took[len(m.took)-1]
	}
	return fmt.Sprintf("p50 %v, p99 %v, longest %v, %d of %d failed; each %.2f calls,"+
		" %.2f conflicts, %.2f + %.2f WCU, %.2f RCU",
		m.percentile(50).Round(time.Millisecond), m.percentile(99).Round(time.Millisecond),
		longest.Round(time.Millisecond),
		m.failed, m.failed+len(m.took), m.each(float64(m.Calls)), m.each(float64(m.Conflicts)),
		m.each(m.Write),
		m.each(m.Lost), m.each(m.Read))
}

// The search for a rate begins at the lowest and ends at the highest; each is offered for hold.
const (
	lowest  = 50
	highest = 1600
	hold    = 5
)

// sustained searches for the rate that the customer can have.
func (c customer) sustained(t *testing.T) (rate int, best measured) {
	t.Helper()
	bad := lowest
	try := func(at int) bool {
		o := &offer{rate: at, requests: at * hold, givesUp: true}
		if m := c.measure(t, o); m.sustained(o.requests) {
			rate, best = at, m
			return true
		}
		bad = at
		return false
	}
	for try(bad) && rate < highest {
		bad = 2 * rate
	}
	for range 3 {
		if rate < highest && bad-rate > 1 {
			try((rate + bad) / 2)
		}
	}
	t.Logf("%d/s; %v", rate, best)
	return rate, best
}

// bursts are as many requests as come at once, the failures that may be among them, and how long
// the longest may take.
var bursts = []struct {
	requests, failed int
	longest          time.Duration
}{{10, 0, fast}, {50, 0, fast}, {200, 0, fast}, {500, 0, 15 * fast}}

const fast = 100 * time.Millisecond

// TestBursts has one prepaid account send requests at once.
func TestBursts(t *testing.T) {
	t.Parallel()
	for _, b := range bursts {
		c := customer{accounts: 1, terms: prepaid, apart: scattered}
		m := c.measure(t, &offer{requests: b.requests})
		t.Logf("%d at once: %v", b.requests, m)
		if len(m.took) == 0 || m.failed > b.failed || m.took[len(m.took)-1] > b.longest {
			t.Errorf("the budget is %+v", b)
		}
	}
}

// dispatchers is how many settle at a time, and again how long after one could not a verification
// comes again.
const (
	couriers = 50
	again    = 2 * time.Second
)

// TestSettlement settles verifications of one account at once, and all of them are.
func TestSettlement(t *testing.T) {
	t.Parallel()
	if _, repeated := settlement(t, 100); repeated > 0 {
		t.Errorf("%d came again", repeated)
	}
}

// settlement settles so many at once, and returns how many a second that were and how many had to
// come again.
func settlement(t *testing.T, verifications int) (rate float64, repeated int) {
	t.Helper()
	c := customer{accounts: 1, terms: prepaid, apart: scattered}
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 1)
		queue := make(chan verification.Ref, verifications)
		for i := range verifications {
			if err := c.request(t.Context(), f, i); err != nil {
				t.Fatal(err)
			}
			queue <- c.ref(i)
		}
		f.db.Reset()
		begun := time.Now()
		repeated = settleAll(t.Context(), f, queue, verifications)
		u, n := f.db.Usage(), float64(verifications)
		rate = n / time.Since(begun).Seconds()
		t.Logf("%d settled, %.0f/s, %d came again; each %.2f calls, %.2f conflicts,"+
			" %.2f + %.2f WCU, %.2f RCU", verifications, rate, repeated, float64(u.Calls)/n,
			float64(u.Conflicts)/n, u.Write/n, u.Lost/n, u.Read/n)
		l, charged := f.ledger(t, 1), int64(verifications)*c.terms.Price
		if l.Charged != charged || l.Free+l.Held != wealth-charged {
			t.Errorf("the ledger is %+v, want %d charged", l, charged)
		}
	})
	return rate, repeated
}

// settledAlready lets a settlement pass that somebody else has made.
func settledAlready(err error) error {
	if errors.Is(err, verification.ErrRefused) {
		return nil
	}
	return err
}

// settleAll settles until none is left, and returns how many had to come again.
func settleAll(ctx context.Context, f *fleet, queue chan verification.Ref, left int) (repeated int) {
	var mu sync.Mutex
	var all sync.WaitGroup
	for range couriers {
		all.Go(func() {
			for ref := range queue {
				err := f.serve(func(s *dynamo.Verifications) error { return settledAlready(settled(ctx, s, ref)) })
				mu.Lock()
				if err == nil {
					if left--; left == 0 {
						close(queue)
					}
				} else {
					repeated++
					time.AfterFunc(again, func() { queue <- ref })
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return repeated
}
