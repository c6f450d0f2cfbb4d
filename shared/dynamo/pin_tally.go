package dynamo

import (
	"cmp"
	"context"
	"sync"

	"lineproof/shared/pin"
)

// Tally counts traffic, as pin.Deliveries says. What is given back must be known first; all else
// supposes what stood before.
func (s *Pins) Tally(ctx context.Context, t pin.Traffic) (bool, error) {
	known := standings{cost: busy(t.Caps.OfAccount(), t.Now)}
	known.network.Cost = busy(t.Caps.OfNetwork(), t.Now)
	if t.Messages < 0 {
		var err error
		if known, err = s.standings(ctx, t); err != nil {
			return false, err
		}
	}
	if err := s.countTraffic(ctx, t, &known); err != nil {
		return false, err
	}
	network := s.counting("count message",
		func() ([]part, error) { return s.networkTally(t, &known) })
	if err := network(ctx); err != nil {
		s.takeBack(ctx, t, known)
		return false, err
	}
	n, _ := t.JudgeNetwork(known.network)
	return n.BlockedUntil.After(known.network.BlockedUntil), nil
}

// countTraffic counts it for its number over all accounts and for what the account's messages cost,
// both at once or neither.
func (s *Pins) countTraffic(ctx context.Context, t pin.Traffic, known *standings) error {
	line := s.counting("count message", func() ([]part, error) { return s.lineTally(t, known) })
	cost := s.counting("count message", func() ([]part, error) { return s.costTally(t, known) })
	var lineErr error
	var done sync.WaitGroup
	done.Go(func() { lineErr = line(ctx) })
	costErr := cost(ctx)
	done.Wait()
	switch {
	case lineErr != nil && costErr == nil:
		s.backOut(ctx, func() ([]part, error) { return s.costTally(t.Back(), known) })
	case costErr != nil && lineErr == nil:
		s.backOut(ctx, func() ([]part, error) { return s.lineTally(t.Back(), known) })
	}
	return cmp.Or(lineErr, costErr)
}

// takeBack takes back what countTraffic counted.
func (s *Pins) takeBack(ctx context.Context, t pin.Traffic, known standings) {
	if t.Messages < 0 {
		return
	}
	s.backOut(ctx, func() ([]part, error) { return s.lineTally(t.Back(), &known) })
	s.backOut(ctx, func() ([]part, error) { return s.costTally(t.Back(), &known) })
}

// backOut makes a write that takes something back. When it fails, one message too many is counted.
func (s *Pins) backOut(ctx context.Context, build func() ([]part, error)) {
	_ = s.counting("give message back", build)(ctx)
}

// standings reads what traffic touches.
func (s *Pins) standings(ctx context.Context, t pin.Traffic) (known standings, err error) {
	network, line, cost := networkKey(t.Account, t.Network), lineKey(t.Number), costKey(t.Account)
	items, err := s.read(ctx, []pinKey{network, line, cost})
	if err != nil {
		return known, err
	}
	if known.network, err = decodeNetwork(items[network]); err != nil {
		return known, err
	}
	if known.line, err = decodeLine(items[line]); err != nil {
		return known, err
	}
	known.cost, err = decodeWindow(items[cost], costWindow)
	return known, err
}

// networkTally gives the write to the network's item, if there is any.
func (s *Pins) networkTally(t pin.Traffic, known *standings) ([]part, error) {
	next, err := t.JudgeNetwork(known.network)
	if err != nil || !t.Networked() {
		return nil, err
	}
	e := newExpression()
	if t.Messages > 0 {
		e.open(t.Now)
	}
	e.meter(costWindow, t.Caps.OfNetwork(), known.network.Cost, t.Cost, t.Now)
	e.score(t, known.network, next)
	if len(e.conditions) == 0 {
		return nil, nil
	}
	e.purge(t.Now.Add(retention))
	learn := func(stands item) (err error) {
		known.network, err = decodeNetwork(stands)
		return err
	}
	judge := func() error { _, err := t.JudgeNetwork(known.network); return err }
	write := e.update(s.pins, networkKey(t.Account, t.Network).item())
	return []part{{write: write, learn: learn, judge: judge}}, nil
}

// lineTally gives the write to the number's item, if there is any.
func (s *Pins) lineTally(t pin.Traffic, known *standings) ([]part, error) {
	if _, err := t.JudgeLine(known.line); err != nil {
		return nil, err
	}
	e := newExpression()
	e.meter(messageWindow, t.Caps.Burst(), known.line.Messages, t.Messages, t.Now)
	e.meter(messageDayWindow, t.Caps.Daily(), known.line.Daily, t.Messages, t.Now)
	if len(e.conditions) == 0 {
		return nil, nil
	}
	e.purge(t.Now.Add(meterRetention))
	learn := func(stands item) (err error) {
		known.line, err = decodeLine(stands)
		return err
	}
	judge := func() error { _, err := t.JudgeLine(known.line); return err }
	write := e.update(s.pins, lineKey(t.Number).item())
	wrote := func(stands item) { _ = learn(stands) }
	return []part{{write: write, wrote: wrote, learn: learn, judge: judge}}, nil
}

// costTally gives the write to the item of what the account's messages cost, if there is any.
func (s *Pins) costTally(t pin.Traffic, known *standings) ([]part, error) {
	if _, err := t.JudgeCost(known.cost); err != nil {
		return nil, err
	}
	e := newExpression()
	e.meter(costWindow, t.Caps.OfAccount(), known.cost, t.Cost, t.Now)
	if len(e.conditions) == 0 {
		return nil, nil
	}
	e.purge(t.Now.Add(meterRetention))
	learn := func(stands item) (err error) {
		known.cost, err = decodeWindow(stands, costWindow)
		return err
	}
	judge := func() error { _, err := t.JudgeCost(known.cost); return err }
	write := e.update(s.pins, costKey(t.Account).item())
	wrote := func(stands item) { _ = learn(stands) }
	return []part{{write: write, wrote: wrote, learn: learn, judge: judge}}, nil
}
