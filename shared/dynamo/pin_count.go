package dynamo

import (
	"cmp"
	"context"
	"sync"

	"lineproof/shared/verification"
)

// standings is what is known, or supposed, to stand where a start or traffic goes.
type standings struct {
	line    verification.LineUsage
	network verification.NetworkUsage
	address verification.Window
	cost    verification.Window
}

// meter counts a start, or with -1 takes it back: one write, or none.
type meter func(n int64) []write

// by is the meter's write of n starts, for what carries it out.
func (m meter) by(n int64) func() ([]write, error) {
	return func() ([]write, error) { return m(n), nil }
}

// count counts a start for its number over all accounts, for its network and for its client's
// address, all at once. It fails as the first of them does that refuses, and then counts nothing.
// It returns what takes the start back; what of that fails stays counted.
func (s *Verifications) count(
	ctx context.Context, start verification.Admission,
) (back func(context.Context), err error) {
	known := standings{address: s.sights.suppose(ofAddress(start, 1))}
	known.network.Requests = s.sights.suppose(ofNetwork(start, 1))
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
func (s *Verifications) metersBeside(start verification.Admission, known *standings) (all []meter) {
	if start.HasLine() {
		all = append(all, func(n int64) []write { return s.lineWrite(start, known, n) })
	}
	if start.HasNetwork() {
		all = append(all, func(n int64) []write { return s.networkWrite(start, known, n) })
	}
	if start.HasAddress() {
		all = append(all, func(n int64) []write { return s.addressWrite(start, known, n) })
	}
	return all
}

// ofNetwork is the addition of starts to their network's window, ofAddress to that of their
// client's address.
func ofNetwork(start verification.Admission, n int64) addition {
	v := start.Verification
	return addition{networkKey(v.Account, v.Network), requestWindow, start.Network, n, start.Now}
}

func ofAddress(start verification.Admission, n int64) addition {
	key := addressKey(start.Verification.Account, start.Client)
	return addition{key, requestWindow, start.Address, n, start.Now}
}

// lineWrite counts the verification, or takes it back, for the number over all accounts. Its first
// message must have room.
func (s *Verifications) lineWrite(start verification.Admission, known *standings, n int64) []write {
	e, caps := newExpression(), start.Verification.Caps
	e.meter(requestWindow, start.Line, known.line.Requests, n, start.Now)
	e.room(messageWindow, caps.Burst(), known.line.Messages, n, start.Now)
	e.room(messageDayWindow, caps.Daily(), known.line.Daily, n, start.Now)
	learn := func(stands item) (err error) {
		known.line, err = decodeLine(stands)
		return err
	}
	judge := func() error { _, err := start.AdmitToLine(known.line); return err }
	e.purge(start.Now.Add(meterRetention))
	return s.meterPart(e, lineKey(start.Verification.Number), n, learn, judge)
}

// networkWrite does it for the account's network, which must not be blocked.
func (s *Verifications) networkWrite(
	start verification.Admission, known *standings, n int64,
) []write {
	v, e := start.Verification, newExpression()
	if n > 0 && start.Guarded() {
		e.open(start.Now)
	}
	e.meter(requestWindow, start.Network, known.network.Requests, n, start.Now)
	e.room(costWindow, v.Caps.OfNetwork(), known.network.Cost, n*start.FirstCost(), start.Now)
	learn := func(stands item) (err error) {
		known.network, err = decodeNetwork(stands)
		return err
	}
	judge := func() error { _, err := start.AdmitToNetwork(known.network); return err }
	e.purge(start.Now.Add(retention))
	c := ofNetwork(start, n)
	return s.watched(c, s.meterPart(e, c.key, n, learn, judge))
}

// addressWrite does it for the client's address.
func (s *Verifications) addressWrite(
	start verification.Admission, known *standings, n int64,
) []write {
	e := newExpression()
	e.meter(requestWindow, start.Address, known.address, n, start.Now)
	learn := func(stands item) (err error) {
		known.address, err = decodeWindow(stands, requestWindow)
		return err
	}
	judge := func() error { _, err := start.AdmitToAddress(known.address); return err }
	e.purge(start.Now.Add(meterRetention))
	c := ofAddress(start, n)
	return s.watched(c, s.meterPart(e, c.key, n, learn, judge))
}

// meterPart is one write to a meter's item, none when it asks for nothing. What is taken back needs
// nobody's leave.
func (s *Verifications) meterPart(e *expression, key pinKey, n int64, learn func(item) error,
	judge func() error,
) []write {
	if len(e.conditions) == 0 {
		return nil
	}
	if n < 0 {
		judge = func() error { return nil }
	}
	return []write{{
		op: e.update(s.pins, key.item()), wrote: func(stands item) { _ = learn(stands) },
		learn: learn, judge: judge,
	}}
}

// watched notes how the window of an addition stands after its write, and before it where it is
// refused.
func (s *Verifications) watched(c addition, writes []write) []write {
	for i, p := range writes {
		writes[i].wrote = func(stands item) {
			s.sights.saw(c, stands, true)
			if p.wrote != nil {
				p.wrote(stands)
			}
		}
		writes[i].learn = func(old item) error {
			s.sights.saw(c, old, false)
			return p.learn(old)
		}
	}
	return writes
}
