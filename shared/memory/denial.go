package memory

import (
	"cmp"
	"context"

	"lineproof/shared/account"
	"lineproof/shared/phone"
	"lineproof/shared/verification"
)

// Deny puts the number on the account's deny list or takes it off.
func (s *Verifications) Deny(
	_ context.Context, owner account.Key, n phone.Number, denied bool,
) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := verification.Ref{Account: owner, Number: n}
	v := s.verifications.get(at)
	v.Account, v.Number, v.Denied = owner, n, denied
	v.Revision++
	s.verifications.put(at, v)
	return nil
}

// Denied tells whether the number is on the account's deny list.
func (s *Verifications) Denied(
	_ context.Context, owner account.Key, n phone.Number,
) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.verifications.get(verification.Ref{Account: owner, Number: n}).Denied, nil
}

// Unblock lifts the block of a network, as verification.DenialStore says.
func (s *Verifications) Unblock(_ context.Context, l verification.Lift) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := netPrefix{l.Account, l.Network}
	n, err := l.Apply(s.networks[of])
	if err == nil {
		s.networks[of] = n
	}
	return err
}

// Tally counts traffic, as verification.DispatchStore says.
func (s *Verifications) Tally(_ context.Context, t verification.Traffic) (blocked bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := netPrefix{t.Account, t.Network}
	n, err := t.AdmitToNetwork(s.networks[of])
	line, lineErr := t.AdmitToLine(s.lines[t.Number])
	cost, costErr := t.AdmitToCost(s.costs[t.Account])
	if err := cmp.Or(lineErr, costErr, err); err != nil {
		return false, err
	}
	blocked = n.BlockedUntil.After(s.networks[of].BlockedUntil)
	if t.HasNetwork() {
		s.networks[of] = n
	}
	if t.HasLine() {
		s.lines[t.Number] = line
	}
	s.costs[t.Account] = cost
	return blocked, nil
}
