package dynamo_test

import (
	"context"
	"fmt"
	mathrand "math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/dynamo"
	"lineproof/shared/verification"
)

// figure is what was published of build b600611, before accounts were made to scale, and how many
// times as much is wanted: at least where that is more than once, at most where it is less.
type figure struct {
	name         string
	before, wish float64
}

// is reports a figure of today's build, which must be what is wished for.
func (f figure) is(t *testing.T, got float64) {
	t.Helper()
	ratio := got / f.before
	t.Logf("%s: %.4g, %.2f × the %.4g of build b600611 (wanted: %.2f ×)", f.name, got, ratio, f.before,
		f.wish)
	if f.wish > 1 && ratio < f.wish || f.wish <= 1 && ratio > f.wish {
		t.Errorf("%s: %.2f × is not what is wanted", f.name, ratio)
	}
}

// TestFigures measures, in virtual time over the model, what one account and one address come to.
func TestFigures(t *testing.T) {
	if !*scale {
		t.Skip("the figures take minutes: see -scale")
	}
	for _, of := range []struct {
		name    string
		measure func(*testing.T)
	}{
		{"accounts", accountFigures}, {"settlement", settlementFigures}, {"others", othersFigures},
		{"sessions", sessionFigures}, {"records", recordFigures}, {"units", unitFigures},
		{"burst", burstFigure}, {"deaths", deathFigures},
	} {
		t.Run(of.name, of.measure)
	}
}

func accountFigures(t *testing.T) {
	for _, row := range []struct {
		figure
		customer
	}{
		{figure{"one prepaid account, requests/s", 76, 12}, customer{1, prepaid, scattered, "", false}},
		{
			figure{"the same under standard terms, all on one network and one address", 54, 12},
			customer{1, standard, together, "192.0.2.1", false},
		},
		{
			figure{"begun and settled, one prepaid account, a second", 36, 12},
			customer{1, prepaid, scattered, "", true},
		},
	} {
		rate, _ := row.sustained(t)
		row.is(t, float64(rate))
	}
}

func settlementFigures(t *testing.T) {
	rate, repeated := settlement(t, 2000)
	figure{"settling 2,000 at once, a second", 46, 20}.is(t, rate)
	if repeated > 0 {
		t.Errorf("%d of them came again", repeated)
	}
}

func burstFigure(t *testing.T) {
	m := customer{accounts: 1, terms: prepaid, apart: scattered}.measure(t, &offer{requests: 500})
	t.Logf("%v", m)
	figure{"500 requests of one account at once, the longest in seconds", 3.0, 0.4}.
		is(t, m.took[len(m.took)-1].Seconds())
	if m.failed > 0 {
		t.Errorf("%d of them failed", m.failed)
	}
}

func unitFigures(t *testing.T) {
	const rate = 912 // 12 times what one account had
	for _, row := range []struct {
		figure
		accounts int
	}{
		{figure{"units per accepted request, one account", 4.00, 0.35}, 1},
		{figure{"units per accepted request, 100 accounts", 4.00, 0.6}, 100},
	} {
		c := customer{accounts: row.accounts, terms: prepaid, apart: scattered}
		m := c.measure(t, &offer{rate: rate, requests: rate * hold})
		t.Logf("%v", m)
		row.is(t, m.each(m.Write+m.Lost))
	}
}

// deathFigures begin while one request in twenty or so costs its process's life, settle what came
// to be by messages that come twice, and count the money.
func deathFigures(t *testing.T) {
	const rate, requests = 200, 4000
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 1)
		f.dies = deadly()
		c := customer{accounts: 1, terms: prepaid, apart: scattered}
		o := &offer{rate: rate, requests: requests}
		m := o.send(t.Context(), func(ctx context.Context, i int) error { return c.request(ctx, f, i) })
		f.db.Drain()
		f.dies = nil
		settledTwice(t, f, c, requests)
		stood := 0
		for i := range requests {
			if v := standing(t, f.take().Verifications, c.ref(i)); v.Ref == c.ref(i) {
				stood++
			}
		}
		t.Logf("%d told that it began, %d stand", len(m.took), stood)
		figure{"of 4,000 requests at 200/s while processes die, verifications that never came to be",
			853, 0.1}.is(t, float64(requests-stood))
		if len(m.took) > stood {
			t.Errorf("%d were told of %d", len(m.took), stood)
		}
		afterwards(t, f, c, int64(stood))
	})
}

// deadly has an instance die in one request of twenty: of these, in one of four before it begins,
// else within the time that beginning takes, or just after.
func deadly() func() (bool, time.Duration) {
	var mu sync.Mutex
	random := mathrand.New(mathrand.NewPCG(1, 9))
	return func() (bool, time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		if random.IntN(20) > 0 {
			return false, 0
		}
		if random.IntN(4) == 0 {
			return true, 0
		}
		return true, time.Duration(random.IntN(14)) * time.Millisecond
	}
}

// settledTwice settles all that stand, each by two messages at once, which come again where they
// fail.
func settledTwice(t *testing.T, f *fleet, c customer, requests int) {
	t.Helper()
	queue, left := make(chan verification.Ref, 2*requests), 0
	for i := range requests {
		if ref := c.ref(i); standing(t, f.take().Verifications, ref).Ref == ref {
			queue <- ref
			queue <- ref
			left += 2
		}
	}
	t.Logf("%d messages came again", settleAll(t.Context(), f, queue, left))
}

// afterwards has the account go on more than a day later, until nothing is held that nobody heard
// of: what was charged and what is free are all that there was.
func afterwards(t *testing.T, f *fleet, c customer, charged int64) {
	t.Helper()
	if l := f.ledger(t, 1); l.Free+l.Held+l.Charged != wealth || l.Charged != charged*c.terms.Price {
		t.Errorf("the books are off: %+v, want %d charged", l, charged*c.terms.Price)
	}
	const further = 200
	time.Sleep(late)
	for i := range further {
		if err := c.request(t.Context(), f, 10_000+i); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
	}
	if l := f.ledger(t, 1); l.Held > (further+mostKept)*c.terms.Price {
		t.Errorf("%d are held for %d verifications", l.Held, further)
	}
}

// mostKept is how much more than verifications hold a process may have set aside.
const mostKept = 4

// othersFigures top the account up, and have its network convert, beside requests of both.
func othersFigures(t *testing.T) {
	for _, rate := range []int{60, 600} {
		synctest.Test(t, func(t *testing.T) {
			f := newFleet(t, 1)
			c := customer{accounts: 1, terms: standard, apart: together}
			ctx, stop := context.WithCancel(t.Context())
			var all sync.WaitGroup
			var lost [2]int
			n := 0
			all.Go(func() {
				for ; ctx.Err() == nil; n++ {
					time.Sleep(97 * time.Millisecond)
					lost[0] += one(f.topUp(t.Context(), fmt.Sprint("p", n)))
					lost[1] += one(f.convert(t.Context(), c.ref(0)))
				}
			})
			m := (&offer{rate: rate, requests: 20 * rate}).send(t.Context(),
				func(ctx context.Context, i int) error { return c.request(ctx, f, i) })
			stop()
			all.Wait()
			t.Logf("top-ups that fail and conversions that are lost beside %d requests/s of one account and"+
				" network: %d and %d of %d (39 %% and 41 %% beside 60 of build b600611; wanted: none)",
				rate, lost[0], lost[1], n)
			if lost != [2]int{} || m.failed > 0 || n < 50 {
				t.Errorf("%v are lost of %d, %d requests fail", lost, n, m.failed)
			}
		})
	}
}

func one(err error) int {
	if err != nil {
		return 1
	}
	return 0
}

func (f *fleet) topUp(ctx context.Context, payment string) error {
	return dynamo.NewAccounts(f.client(), f.names.Accounts, f.names.Ledgers).TopUp(ctx, account.Key(1),
		1, payment)
}

// convert counts a success for the network of a verification.
func (f *fleet) convert(ctx context.Context, ref verification.Ref) error {
	return f.serve(func(s *dynamo.Verifications) error {
		_, err := s.Tally(ctx, verification.Traffic{
			Account: ref.Account, Number: ref.Number, Network: verification.NetworkOf(ref.Number), Points: 1,
			Floor: -1000, Now: time.Now(),
		})
		return err
	})
}
