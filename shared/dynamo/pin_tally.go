package dynamo

import (
	"cmp"
	"context"
	"slices"

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
	err := s.transact(ctx, "count message",
		func() ([]part, error) { return s.tallyParts(t, &known) })
	if err != nil {
		return false, err
	}
	n, _ := t.JudgeNetwork(known.network)
	return n.BlockedUntil.After(known.network.BlockedUntil), nil
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

// tallyParts gives the writes of the traffic in the order in which leave is asked for.
func (s *Pins) tallyParts(t pin.Traffic, known *standings) ([]part, error) {
	network, err := s.networkTally(t, known)
	line, lineErr := s.lineTally(t, known)
	cost, costErr := s.costTally(t, known)
	return slices.Concat(network, line, cost), cmp.Or(err, lineErr, costErr)
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
	return []part{{
		e.update(s.pins, networkKey(t.Account, t.Network).item()),
		func(old item) (err error) {
			known.network, err = decodeNetwork(old)
			return err
		},
		func() error {
			_, err := t.JudgeNetwork(known.network)
			return err
		},
	}}, nil
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
	return []part{{
		e.update(s.pins, lineKey(t.Number).item()),
		func(old item) (err error) {
			known.line, err = decodeLine(old)
			return err
		},
		func() error {
			_, err := t.JudgeLine(known.line)
			return err
		},
	}}, nil
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
	return []part{{
		e.update(s.pins, costKey(t.Account).item()),
		func(old item) (err error) {
			known.cost, err = decodeWindow(old, costWindow)
			return err
		},
		func() error {
			_, err := t.JudgeCost(known.cost)
			return err
		},
	}}, nil
}
