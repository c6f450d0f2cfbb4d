package dynamo

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// The attributes of a ledger's holds.
const (
	openHolds   = "openHolds"   // with the number of the set behind it
	voidedHolds = "voidedHolds" // those given back because nothing was heard of them
)

// staleAfter is how long after it was set aside a hold that may have come to no verification is
// given back: by then, one that did is settled, by its own messages or by the daily sweep.
const staleAfter = 27 * time.Hour

// reservation is what a start has set aside: a hold, unless nothing is held, and the set of the
// ledger that it stands in.
type reservation struct {
	hold hold
	set  int
	// pooled tells that this process keeps it when the start comes to nothing.
	pooled bool
}

// reserve counts a start in its account's ledger and sets aside what it holds: from what this
// process has set aside before, or by one write, for itself and for those that may follow. It fails
// as verification.Admission.AdmitToLedger does.
func (s *Verifications) reserve(
	ctx context.Context, start verification.Admission,
) (reservation, error) {
	r, count := reservation{}, int64(1)
	if by, shares := metersOf(start); shares {
		s.purses.with(start.Verification.Account, func(p *purse) {
			if r.hold, r.set, r.pooled = p.take(by, start.Now); !r.pooled {
				count = p.needs(start)
			}
		})
	}
	if r.pooled {
		return r, nil
	}
	r, err := s.lend(ctx, start, count)
	if count > 1 && fault.Is(err, fault.QuotaExceeded, fault.TooManyRequests) {
		r, err = s.lend(ctx, start, 1)
	}
	return r, err
}

// lend counts starts in their account's ledger and sets aside a hold for each, of which it returns
// one and keeps the others.
func (s *Verifications) lend(
	ctx context.Context, start verification.Admission, count int64,
) (reservation, error) {
	owner := start.Verification.Account
	holds, err := s.newHolds(start, count)
	if err != nil {
		return reservation{}, err
	}
	l := loan{start: start, count: count, holds: holds}
	l.known = l.suppose(s.sights)
	if len(holds) > 0 {
		s.purses.with(owner, func(p *purse) { l.draw(p) })
	}
	if len(l.stale) > 0 { // what came to a settled verification is no longer among them then
		if _, err := s.collect(ctx, owner); err != nil {
			l.stale = nil
		}
	}
	lent, err := s.carryLoan(ctx, &l)
	s.purses.with(owner, func(p *purse) { l.enter(p, lent, err == nil) })
	if err != nil || len(holds) == 0 {
		return reservation{}, err
	}
	return reservation{hold: holds[0], set: l.into, pooled: count > 1}, nil
}

// newHolds names as many holds as starts, none where nothing is held.
func (s *Verifications) newHolds(start verification.Admission, count int64) ([]hold, error) {
	if start.Verification.Held <= 0 {
		return nil, nil
	}
	holds := make([]hold, count)
	for i := range holds {
		var err error
		if holds[i], err = newHold(s.random, start.Verification.Held, start.Now); err != nil {
			return nil, err
		}
	}
	return holds, nil
}

// loan is one write to a ledger: holds that are set aside, and others that are taken out of its
// sets.
type loan struct {
	start verification.Admission
	count int64
	holds []hold
	// into is the set that they are added to; from the other set, what is taken from are spent,
	// which pay for verifications, and stale, which are given back.
	into, from   int
	spent, stale []hold
	// forgotten are voided holds that nobody asks for any more.
	forgotten []hold
	known     verification.AccountUsage
}

// counts are those of the loan in its ledger: of requests in a second and in a day, and of money.
func (l *loan) counts() (rate, daily, spend addition) {
	start, key := l.start, ledgerSight(l.start.Verification.Account)
	return addition{key, rateWindow, start.Rate, l.count, start.Now},
		addition{key, dailyWindow, start.Daily, l.count, start.Now},
		addition{key, spendWindow, start.Spend, l.count * start.Verification.Price, start.Now}
}

// suppose returns how the windows of the ledger probably stand.
func (l *loan) suppose(s *sights) (known verification.AccountUsage) {
	rate, daily, spend := l.counts()
	known.Rate, known.Daily, known.Spend = s.suppose(rate), s.suppose(daily), s.suppose(spend)
	return known
}

// saw notes how they stand, after the loan or, where it is refused, without.
func (l *loan) saw(s *sights, stands item, counted bool) {
	rate, daily, spend := l.counts()
	for _, c := range []addition{rate, daily, spend} {
		s.saw(c, stands, counted)
	}
}

// draw takes out of the purse what the write needs to know.
func (l *loan) draw(p *purse) {
	l.from, l.spent, l.stale = p.settled()
	if len(l.stale) == 0 { // an update either adds to a set or takes from it
		l.forgotten, p.forgotten = p.forgotten, nil
	}
	l.into = 1 - l.from
}

// enter puts what came of the write into the purse. What is spent, and stands in the ledger still,
// waits for the next.
func (l *loan) enter(p *purse, stands item, lent bool) {
	switch {
	case !lent:
		p.spent[l.from] = append(p.spent[l.from], l.spent...)
	case len(l.holds) > 0:
		by, _ := metersOf(l.start)
		p.put(l.into, by, l.holds[1:]...)
	}
	if ledger, err := decodeLedger(stands); err == nil && len(stands) > 0 {
		p.seen = ledger
		p.note(stands, l.start.Now)
	}
}

// expression writes the loan.
func (l *loan) expression() *expression {
	e, start := newExpression(), l.start
	e.meter(rateWindow, start.Rate, l.known.Rate, l.count, start.Now)
	e.meter(dailyWindow, start.Daily, l.known.Daily, l.count, start.Now)
	e.meter(spendWindow, start.Spend, l.known.Spend, l.count*start.Verification.Price, start.Now)
	if len(l.holds) == 0 {
		return e
	}
	held, back := amountOf(l.holds), amountOf(l.stale)
	e.values[":needed"] = integer(held - back)
	e.require("% >= :needed", freeAmount)
	e.add(freeAmount, back-held)
	e.add(heldAmount, held-back)
	into, from := setName(l.into), setName(l.from)
	e.values[":first"] = binary(l.holds[0])
	e.require("NOT contains(%, :first)", into)
	e.addTo(into, l.holds)
	e.deleteFrom(from, slices.Concat(l.spent, l.stale))
	e.addTo(voidedHolds, l.stale)
	e.deleteFrom(voidedHolds, l.forgotten)
	for i, h := range l.stale {
		name := ":stale" + strconv.Itoa(i)
		e.values[name] = binary(h)
		e.require("contains(%, "+name+")", from)
	}
	return e
}

func setName(set int) string { return openHolds + strconv.Itoa(set) }

// carryLoan makes the write and returns the ledger as it then stands.
func (s *Verifications) carryLoan(ctx context.Context, l *loan) (stands item, err error) {
	err = carryOut(ctx, "reserve", s.writeOne, func() ([]write, error) {
		e := l.expression()
		if len(e.changes)+len(e.additions) == 0 { // amounts may cancel out
			return nil, nil
		}
		p := write{
			op:    e.update(s.ledgers, accountKey(l.start.Verification.Account).item()),
			wrote: func(it item) { stands = it; l.saw(s.sights, it, true) },
			learn: func(old item) (err error) {
				l.saw(s.sights, old, false)
				stands, l.stale, l.forgotten = old, nil, nil // whoever gave them back
				l.known, err = decodeLedger(old)
				return err
			},
			judge: func() error {
				if len(l.holds) > 0 && isOpen(stands, l.into, l.holds[0]) { // the answer was lost
					return errWritten
				}
				_, err := l.start.AdmitToLedger(l.known, l.count)
				return err
			},
		}
		return []write{p}, nil
	})
	if errors.Is(err, errWritten) {
		err = nil
	}
	return stands, err
}

// isOpen tells whether the hold stands in that set of the ledger.
func isOpen(ledger item, set int, h hold) bool {
	return slices.ContainsFunc((&decoder{item: ledger}).holds(setName(set)), h.is)
}

// release gives back what a start reserved that came to nothing.
func (s *Verifications) release(ctx context.Context, start verification.Admission, r reservation) {
	owner := start.Verification.Account
	if r.pooled {
		by, _ := metersOf(start)
		s.purses.with(owner, func(p *purse) { p.put(r.set, by, r.hold) })
		return
	}
	var known verification.AccountUsage
	s.purses.with(owner, func(p *purse) { known = p.seen })
	_ = carryOut(ctx, "release", s.writeOne, func() ([]write, error) {
		e := newExpression()
		e.meter(rateWindow, start.Rate, known.Rate, -1, start.Now)
		e.meter(dailyWindow, start.Daily, known.Daily, -1, start.Now)
		e.meter(spendWindow, start.Spend, known.Spend, -start.Verification.Price, start.Now)
		if r.hold != nil {
			amount := r.hold.amount()
			e.values[":hold"] = binary(r.hold)
			e.require("contains(%, :hold)", setName(r.set))
			e.add(freeAmount, amount)
			e.add(heldAmount, -amount)
			e.deleteFrom(setName(r.set), []hold{r.hold})
		}
		if len(e.changes) == 0 {
			return nil, nil
		}
		var stands item
		return []write{{
			op: e.update(s.ledgers, accountKey(owner).item()),
			learn: func(old item) (err error) {
				stands = old
				known, err = decodeLedger(old)
				return err
			},
			judge: func() error {
				if r.hold != nil && !isOpen(stands, r.set, r.hold) {
					return errWritten
				}
				return nil
			},
		}}, nil
	}) // what is not given back now is when it is stale
}

// spend notes that the reservation pays for a verification.
func (s *Verifications) spend(owner account.Key, r reservation) {
	if r.hold == nil {
		return
	}
	s.purses.with(owner, func(p *purse) { p.spent[r.set] = append(p.spent[r.set], r.hold) })
}
