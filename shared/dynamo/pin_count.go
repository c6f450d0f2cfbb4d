package dynamo

import (
	"cmp"
	"context"
	"sync"
	"time"

	"lineproof/shared/pin"
)

// standings is what is known, or supposed, to stand where a start or traffic goes.
type standings struct {
	line    pin.LineStanding
	network pin.NetworkStanding
	address pin.Window
	cost    pin.Window
}

// busy supposes that a window counts in the current slot already, as that of an account does and
// that of most networks.
func busy(m pin.Meter, now time.Time) pin.Window {
	if m.Count <= 0 {
		return pin.Window{}
	}
	return m.At(pin.Window{}, now)
}

// meter counts a start, or with -1 takes it back: one write, or none.
type meter func(n int64) []part

// by is the meter's write of n starts, for what carries it out.
func (m meter) by(n int64) func() ([]part, error) {
	return func() ([]part, error) { return m(n), nil }
}

// count counts a start for its number over all accounts, for its network and for its client's
// address, all at once. It fails as the first of them does that refuses, and then counts nothing. It
// returns what takes the start back; what of that fails stays counted.
func (s *Pins) count(ctx context.Context, start pin.Start) (back func(context.Context), err error) {
	known := standings{}
	known.network.Requests = busy(start.Network, start.Now)
	known.network.Cost = busy(start.Verification.Caps.OfNetwork(), start.Now)
	all := s.metersBeside(start, &known)
	errs := make([]error, len(all))
	var done sync.WaitGroup
	for i, m := range all {
		count := s.counting("count request", m.by(1))
		done.Go(func() { errs[i] = count(ctx) })
	}
	done.Wait()
	back = func(ctx context.Context) {
		for i, m := range all {
			if errs[i] == nil {
				_ = s.counting("give back", m.by(-1))(ctx)
			}
		}
	}
	if err = cmp.Or(errs...); err != nil {
		back(ctx)
	}
	return back, err
}

// metersBeside are those of a start beside its ledger's, in the order in which leave is asked for.
func (s *Pins) metersBeside(start pin.Start, known *standings) (all []meter) {
	if start.Lined() {
		all = append(all, func(n int64) []part { return s.linePart(start, known, n) })
	}
	if start.Networked() {
		all = append(all, func(n int64) []part { return s.networkPart(start, known, n) })
	}
	if start.Addressed() {
		all = append(all, func(n int64) []part { return s.addressPart(start, known, n) })
	}
	return all
}

// linePart counts the verification, or takes it back, for the number over all accounts. Its first
// message must have room.
func (s *Pins) linePart(start pin.Start, known *standings, n int64) []part {
	e, caps := newExpression(), start.Verification.Caps
	e.meter(requestWindow, start.Line, known.line.Requests, n, start.Now)
	e.room(messageWindow, caps.Burst(), known.line.Messages, n, start.Now)
	e.room(messageDayWindow, caps.Daily(), known.line.Daily, n, start.Now)
	learn := func(stands item) (err error) {
		known.line, err = decodeLine(stands)
		return err
	}
	judge := func() error { _, err := start.JudgeLine(known.line); return err }
	e.purge(start.Now.Add(meterRetention))
	return s.meterPart(e, lineKey(start.Verification.Number), n, learn, judge)
}

// networkPart does it for the account's network, which must not be blocked.
func (s *Pins) networkPart(start pin.Start, known *standings, n int64) []part {
	v, e := start.Verification, newExpression()
	if n > 0 {
		e.open(start.Now)
	}
	e.meter(requestWindow, start.Network, known.network.Requests, n, start.Now)
	e.room(costWindow, v.Caps.OfNetwork(), known.network.Cost, n*start.FirstCost(), start.Now)
	learn := func(stands item) (err error) {
		known.network, err = decodeNetwork(stands)
		return err
	}
	judge := func() error { _, err := start.JudgeNetwork(known.network); return err }
	e.purge(start.Now.Add(retention))
	return s.meterPart(e, networkKey(v.Account, v.Network), n, learn, judge)
}

// addressPart does it for the client's address.
func (s *Pins) addressPart(start pin.Start, known *standings, n int64) []part {
	e := newExpression()
	e.meter(requestWindow, start.Address, known.address, n, start.Now)
	learn := func(stands item) (err error) {
		known.address, err = decodeWindow(stands, requestWindow)
		return err
	}
	judge := func() error { _, err := start.JudgeAddress(known.address); return err }
	e.purge(start.Now.Add(meterRetention))
	return s.meterPart(e, addressKey(start.Verification.Account, start.Client), n, learn, judge)
}

// meterPart is one write to a meter's item, none when it asks for nothing. What is taken back needs
// nobody's leave.
func (s *Pins) meterPart(e *expression, key pinKey, n int64, learn func(item) error,
	judge func() error,
) []part {
	if len(e.conditions) == 0 {
		return nil
	}
	if n < 0 {
		judge = func() error { return nil }
	}
	return []part{{
		write: e.update(s.pins, key.item()), wrote: func(stands item) { _ = learn(stands) },
		learn: learn, judge: judge,
	}}
}
