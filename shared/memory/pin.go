package memory

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/phone"
	"lineproof/shared/pin"
)

// Pins is a pin.Beginnings, pin.Checks, pin.Controls, pin.Deliveries, pin.Strays and pin.Denials.
type Pins struct {
	accounts *Accounts

	mu        sync.Mutex
	live      map[line]pin.Verification
	displaced map[pin.Ref]pin.Verification
	networks  map[netPrefix]pin.NetworkStanding
	addresses map[address]pin.Window
	lines     map[phone.Number]pin.LineStanding
	costs     map[account.Key]pin.Window
}

// line is a number of an account, netPrefix one of its networks, address one of its clients'.
type (
	line struct {
		account account.Key
		number  phone.Number
	}
	netPrefix struct {
		account account.Key
		prefix  string
	}
	address struct {
		account account.Key
		client  string
	}
)

// NewPins gives a store without verifications, whose prices the accounts' ledgers bear.
func NewPins(accounts *Accounts) *Pins {
	return &Pins{
		accounts: accounts, live: map[line]pin.Verification{}, displaced: map[pin.Ref]pin.Verification{},
		networks: map[netPrefix]pin.NetworkStanding{}, addresses: map[address]pin.Window{},
		lines: map[phone.Number]pin.LineStanding{}, costs: map[account.Key]pin.Window{},
	}
}

// Reset forgets every verification, block and meter, and gives back what was held.
func (s *Pins) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.all() {
		if !v.Settled {
			s.accounts.settle(v.Account, v.Held, false)
		}
	}
	clear(s.live)
	clear(s.displaced)
	clear(s.networks)
	clear(s.addresses)
	clear(s.lines)
	clear(s.costs)
	s.accounts.resetMeters()
}

// all returns every verification, live and displaced. Its caller holds the mutex.
func (s *Pins) all() []pin.Verification {
	return slices.AppendSeq(slices.Collect(maps.Values(s.live)), maps.Values(s.displaced))
}

func place(ref pin.Ref) line { return line{ref.Account, ref.Number} }

// Begin makes a verification the live one of its number, as pin.Beginnings says.
func (s *Pins) Begin(_ context.Context, start pin.Start) (pin.Verification, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts.mu.Lock()
	defer s.accounts.mu.Unlock()

	ref := start.Verification.Ref
	key, of, from := ref.Account, netPrefix{ref.Account, start.Verification.Network}, address{ref.Account, start.Client}
	old := start.Meets(s.live[place(ref)])
	ledger, err := start.JudgeLedger(old.Release(s.accounts.ledgers[key], start.Now), 1)
	if err != nil {
		return pin.Verification{}, err
	}
	v, err := start.JudgeNumber(old)
	if stood, stands := s.displaced[ref]; err == nil && stands {
		err = &pin.LiveError{Live: stood}
	}
	if err != nil {
		return pin.Verification{}, err
	}
	standing, requests, shared := s.networks[of], s.addresses[from], s.lines[ref.Number]
	if start.Lined() {
		if shared, err = start.JudgeLine(shared); err != nil {
			return pin.Verification{}, err
		}
	}
	if start.Networked() {
		if standing, err = start.JudgeNetwork(standing); err != nil {
			return pin.Verification{}, err
		}
	}
	if start.Addressed() {
		if requests, err = start.JudgeAddress(requests); err != nil {
			return pin.Verification{}, err
		}
	}
	displaced := old.Displace(start.Now)
	if old.Nonce != 0 {
		s.displaced[old.Ref] = displaced
	}
	s.accounts.ledgers[key], s.live[place(ref)] = ledger, v
	s.networks[of], s.addresses[from], s.lines[ref.Number] = standing, requests, shared
	return displaced, nil
}

// Admit counts a start against the account's ledger alone, as pin.Admissions says.
func (s *Pins) Admit(_ context.Context, start pin.Start) error {
	s.accounts.mu.Lock()
	defer s.accounts.mu.Unlock()
	key := start.Verification.Account
	ledger, err := start.JudgeLedger(s.accounts.ledgers[key], 1)
	if err == nil {
		s.accounts.ledgers[key] = ledger
	}
	return err
}

// Abandon cancels a verification and gives back what it held.
func (s *Pins) Abandon(_ context.Context, ref pin.Ref, now time.Time) error {
	v, err := s.change(ref, func(v pin.Verification) (pin.Verification, bool) { return v.Abandon(ref, now) })
	if err == nil && v.Settled {
		s.accounts.settle(v.Account, v.Held, false)
	}
	return nil
}

// Check counts an attempt, as pin.Checks says.
func (s *Pins) Check(_ context.Context, a pin.Attempt) (pin.Verification, error) {
	return s.change(a.Ref, func(v pin.Verification) (pin.Verification, bool) { return v.Try(a) })
}

// Cancel ends the verification, as pin.Controls says.
func (s *Pins) Cancel(_ context.Context, ref pin.Ref, now, young time.Time) (pin.Verification, error) {
	return s.change(ref, func(v pin.Verification) (pin.Verification, bool) { return v.Cancel(ref, now, young) })
}

// Skip takes one from the events that are left, as pin.Controls says.
func (s *Pins) Skip(_ context.Context, ref pin.Ref,
	now time.Time) (pin.Verification, pin.GiveBack, error) {
	skipped, err := s.change(ref, func(v pin.Verification) (pin.Verification, bool) {
		return v.Skip(ref, now)
	})
	given := false // by the mutex of s
	return skipped, func(context.Context) error {
		_, _ = s.change(ref, func(v pin.Verification) (pin.Verification, bool) {
			v, gives := v.Unskip(skipped)
			gives, given = gives && !given, given || gives
			return v, gives
		})
		return nil
	}, err
}

// change lets f change the live verification of a number, and keeps what it changed when it says so.
func (s *Pins) change(ref pin.Ref, f func(pin.Verification) (pin.Verification, bool)) (pin.Verification, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, changed := f(s.live[place(ref)])
	if !changed {
		return v, pin.ErrRefused
	}
	s.live[place(ref)] = v
	return v, nil
}

// Find gives each verification as it stands.
func (s *Pins) Find(_ context.Context, refs []pin.Ref) ([]pin.Verification, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := make([]pin.Verification, len(refs))
	for i, ref := range refs {
		if v := s.live[place(ref)]; v.Ref == ref && ref.Nonce != 0 {
			found[i] = v
		} else {
			found[i] = s.displaced[ref]
		}
	}
	return found, nil
}

// Unsettled hands over what expired before the time and is not settled, as pin.Strays says.
func (s *Pins) Unsettled(_ context.Context, before time.Time,
	take func(pin.Verification) error) error {
	s.mu.Lock()
	all := s.all()
	s.mu.Unlock()
	for _, v := range all {
		if v.Nonce == 0 || v.Settled || !v.Expires.Before(before) {
			continue
		}
		if err := take(v); err != nil {
			return err
		}
	}
	return nil
}

// Replace writes the verification in place of the one that was read.
func (s *Pins) Replace(_ context.Context, v pin.Verification) error {
	_, err := s.change(v.Ref, func(old pin.Verification) (pin.Verification, bool) {
		return old.Replace(v)
	})
	return err
}

// Settle marks the verification as settled and moves what was held.
func (s *Pins) Settle(_ context.Context, v pin.Verification, charge bool) error {
	if !s.mark(v) {
		return pin.ErrRefused
	}
	s.accounts.settle(v.Account, v.Held, charge)
	return nil
}

func (s *Pins) mark(v pin.Verification) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, displaced := s.displaced[v.Ref]
	if !displaced {
		old = s.live[place(v.Ref)]
	}
	old, settles := old.Settle(v)
	if !settles {
		return false
	}
	if displaced {
		s.displaced[v.Ref] = old
	} else {
		s.live[place(v.Ref)] = old
	}
	return true
}
