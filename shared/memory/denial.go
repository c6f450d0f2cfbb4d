package memory

import (
	"cmp"
	"context"

	"lineproof/shared/account"
	"lineproof/shared/phone"
	"lineproof/shared/pin"
)

// Deny puts the number on the account's deny list or takes it off.
func (s *Pins) Deny(_ context.Context, owner account.Key, n phone.Number, denied bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := line{owner, n}
	v := s.live[at]
	v.Account, v.Number, v.Denied = owner, n, denied
	v.Revision++
	s.live[at] = v
	return nil
}

// Unblock lifts the block of a network, as pin.Denials says.
func (s *Pins) Unblock(_ context.Context, l pin.Lift) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := netPrefix{l.Account, l.Network}
	n, err := l.Judge(s.networks[of])
	if err == nil {
		s.networks[of] = n
	}
	return err
}

// Tally counts traffic, as pin.Deliveries says.
func (s *Pins) Tally(_ context.Context, t pin.Traffic) (blocked bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := netPrefix{t.Account, t.Network}
	n, err := t.JudgeNetwork(s.networks[of])
	line, lineErr := t.JudgeLine(s.lines[t.Number])
	cost, costErr := t.JudgeCost(s.costs[t.Account])
	if err := cmp.Or(err, lineErr, costErr); err != nil {
		return false, err
	}
	blocked = n.BlockedUntil.After(s.networks[of].BlockedUntil)
	if t.Networked() {
		s.networks[of] = n
	}
	s.lines[t.Number], s.costs[t.Account] = line, cost
	return blocked, nil
}
