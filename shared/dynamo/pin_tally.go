package dynamo

import (
	"cmp"
	"context"
	"sync"

	"lineproof/shared/verification"
)

// Tally counts traffic, as verification.DispatchStore says. What is given back must be known first;
// all else supposes what stood before.
func (s *Verifications) Tally(ctx context.Context, t verification.Traffic) (bool, error) {
	known := standings{cost: s.sights.suppose(ofCost(t))}
	known.network.Cost = s.sights.suppose(ofNetworkCost(t))
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
		func() ([]write, error) { return s.networkTally(t, &known) })
	if err := network(ctx); err != nil {
		s.takeBack(ctx, t, known)
		return false, err
	}
	n, _ := t.AdmitToNetwork(known.network)
	return n.BlockedUntil.After(known.network.BlockedUntil), nil
}

// countTraffic counts it for its number over all accounts and for what the account's messages cost,
// both at once or neither.
func (s *Verifications) countTraffic(
	ctx context.Context, t verification.Traffic, known *standings,
) error {
	line := s.counting("count message", func() ([]write, error) { return s.lineTally(t, known) })
	cost := s.counting("count message", func() ([]write, error) { return s.costTally(t, known) })
	var lineErr error
	var done sync.WaitGroup
	done.Go(func() { lineErr = line(ctx) })
	costErr := cost(ctx)
	done.Wait()
	switch {
	case lineErr != nil && costErr == nil:
		s.backOut(ctx, func() ([]write, error) { return s.costTally(t.Back(), known) })
	case costErr != nil && lineErr == nil:
		s.backOut(ctx, func() ([]write, error) { return s.lineTally(t.Back(), known) })
	}
	return cmp.Or(lineErr, costErr)
}

// takeBack takes back what countTraffic counted.
func (s *Verifications) takeBack(ctx context.Context, t verification.Traffic, known standings) {
	if t.Messages < 0 {
		return
	}
	s.backOut(ctx, func() ([]write, error) { return s.lineTally(t.Back(), &known) })
	s.backOut(ctx, func() ([]write, error) { return s.costTally(t.Back(), &known) })
}

// backOut makes a write that takes something back. When it fails, one message too many is counted.
func (s *Verifications) backOut(ctx context.Context, build func() ([]write, error)) {
	_ = s.counting("give message back", build)(ctx)
}

// standings reads what traffic touches.
func (s *Verifications) standings(
	ctx context.Context, t verification.Traffic,
) (known standings, err error) {
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

// ofCost is the addition of traffic to the window of what its account's messages cost,
// ofNetworkCost to that of its network's.
func ofCost(t verification.Traffic) addition {
	return addition{costKey(t.Account), costWindow, t.Caps.OfAccount(), t.Cost, t.Now}
}

func ofNetworkCost(t verification.Traffic) addition {
	key := networkKey(t.Account, t.Network)
	return addition{key, costWindow, t.Caps.OfNetwork(), t.Cost, t.Now}
}

// networkTally gives the write to the network's item, if there is any.
func (s *Verifications) networkTally(t verification.Traffic, known *standings) ([]write, error) {
	next, err := t.AdmitToNetwork(known.network)
	if err != nil || !t.HasNetwork() {
		return nil, err
	}
	e := newExpression()
	if t.Guarded() {
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
	judge := func() error { _, err := t.AdmitToNetwork(known.network); return err }
	update := e.update(s.pins, networkKey(t.Account, t.Network).item())
	writes := []write{{op: update, learn: learn, judge: judge}}
	return s.watched(ofNetworkCost(t), writes), nil
}

// lineTally gives the write to the number's item, if there is any.
func (s *Verifications) lineTally(t verification.Traffic, known *standings) ([]write, error) {
	if _, err := t.AdmitToLine(known.line); err != nil {
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
	judge := func() error { _, err := t.AdmitToLine(known.line); return err }
	update := e.update(s.pins, lineKey(t.Number).item())
	wrote := func(stands item) { _ = learn(stands) }
	return []write{{op: update, wrote: wrote, learn: learn, judge: judge}}, nil
}

// costTally gives the write to the item of what the account's messages cost, if there is any.
func (s *Verifications) costTally(t verification.Traffic, known *standings) ([]write, error) {
	if _, err := t.AdmitToCost(known.cost); err != nil {
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
	judge := func() error { _, err := t.AdmitToCost(known.cost); return err }
	update := e.update(s.pins, costKey(t.Account).item())
	wrote := func(stands item) { _ = learn(stands) }
	writes := []write{{op: update, wrote: wrote, learn: learn, judge: judge}}
	return s.watched(ofCost(t), writes), nil
}
