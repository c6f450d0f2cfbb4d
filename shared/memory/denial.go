package memory

import (
	"context"
	"time"

	"lineproof/shared/phone"
	"lineproof/shared/pin"
)

// Deny puts the number on the account's deny list or takes it off.
func (s *Pins) Deny(_ context.Context, account uint32, n phone.Number, denied bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := line{account, n}
	v := s.live[at]
	v.Account, v.Number, v.Denied = account, n, denied
	v.Revision++
	s.live[at] = v
	return nil
}

// Unblock ends the block of a network and keeps it from being blocked again until the given time.
func (s *Pins) Unblock(_ context.Context, account uint32, prefix string, until time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := netPrefix{account, prefix}
	n := s.networks[of]
	n.BlockedUntil, n.UnblockedUntil, n.Score = time.Time{}, until, 0
	s.networks[of] = n
	return nil
}

// Convert counts a settled verification of a network, as pin.Deliveries says.
func (s *Pins) Convert(_ context.Context, c pin.Conversion) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := netPrefix{c.Account, c.Network}
	n, blocked := c.Count(s.networks[of])
	s.networks[of] = n
	return blocked, nil
}
