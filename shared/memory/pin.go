package memory

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/phone"
	"lineproof/shared/verification"
)

// Verifications is a verification.BeginStore, verification.CheckStore, verification.ControlStore,
// verification.DispatchStore, verification.SweepStore and verification.DenialStore.
type Verifications struct {
	accounts *Accounts

	mu        sync.Mutex
	live      map[subject]verification.Verification
	displaced map[verification.Ref]verification.Verification
	networks  map[netPrefix]verification.NetworkUsage
	addresses map[address]verification.Window
	lines     map[phone.Number]verification.LineUsage
	costs     map[account.Key]verification.Window
}

// line is a number of an account, netPrefix one of its networks, address one of its clients'.
type (
	subject struct {
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
func NewPins(accounts *Accounts) *Verifications {
	return &Verifications{
		accounts:  accounts,
		live:      map[subject]verification.Verification{},
		displaced: map[verification.Ref]verification.Verification{},
		networks:  map[netPrefix]verification.NetworkUsage{},
		addresses: map[address]verification.Window{},
		lines:     map[phone.Number]verification.LineUsage{},
		costs:     map[account.Key]verification.Window{},
	}
}

// Reset forgets every verification, block and meter, and gives back what was held.
func (s *Verifications) Reset() {
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
func (s *Verifications) all() []verification.Verification {
	return slices.AppendSeq(slices.Collect(maps.Values(s.live)), maps.Values(s.displaced))
}

func subjectOf(ref verification.Ref) subject { return subject{ref.Account, ref.Number} }

// Begin makes a verification the live one of its number, as verification.BeginStore says.
func (s *Verifications) Begin(
	_ context.Context, start verification.Admission,
) (verification.Verification, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts.mu.Lock()
	defer s.accounts.mu.Unlock()

	ref := start.Verification.Ref
	key, of, from := ref.Account, netPrefix{
		ref.Account,
		start.Verification.Network,
	}, address{
		ref.Account,
		start.Client,
	}
	old := start.Meets(s.live[subjectOf(ref)])
	ledger, err := start.AdmitToLedger(old.Release(s.accounts.ledgers[key], start.Now), 1)
	if err != nil {
		return verification.Verification{}, err
	}
	v, err := start.AdmitToNumber(old)
	if stood, stands := s.displaced[ref]; err == nil && stands {
		err = &verification.LiveError{Live: stood}
	}
	if err != nil {
		return verification.Verification{}, err
	}
	standing, requests, shared := s.networks[of], s.addresses[from], s.lines[ref.Number]
	if start.HasLine() {
		if shared, err = start.AdmitToLine(shared); err != nil {
			return verification.Verification{}, err
		}
	}
	if start.HasNetwork() {
		if standing, err = start.AdmitToNetwork(standing); err != nil {
			return verification.Verification{}, err
		}
	}
	if start.HasAddress() {
		if requests, err = start.AdmitToAddress(requests); err != nil {
			return verification.Verification{}, err
		}
	}
	displaced := old.Displace(start.Now)
	if old.Nonce != 0 {
		s.displaced[old.Ref] = displaced
	}
	s.accounts.ledgers[key], s.live[subjectOf(ref)] = ledger, v
	s.networks[of], s.addresses[from], s.lines[ref.Number] = standing, requests, shared
	return displaced, nil
}

// Admit counts a start against the account's ledger alone, as verification.AdmitStore says.
func (s *Verifications) Admit(_ context.Context, start verification.Admission) error {
	s.accounts.mu.Lock()
	defer s.accounts.mu.Unlock()
	key := start.Verification.Account
	ledger, err := start.AdmitToLedger(s.accounts.ledgers[key], 1)
	if err == nil {
		s.accounts.ledgers[key] = ledger
	}
	return err
}

// Abandon cancels a verification and gives back what it held.
func (s *Verifications) Abandon(_ context.Context, ref verification.Ref, now time.Time) error {
	v, err := s.change(ref, func(v verification.Verification) (verification.Verification, bool) {
		return v.Abandon(ref, now)
	})
	if err == nil && v.Settled {
		s.accounts.settle(v.Account, v.Held, false)
	}
	return nil
}

// Check counts an attempt, as verification.CheckStore says.
func (s *Verifications) Check(
	_ context.Context, a verification.Attempt,
) (verification.Verification, error) {
	return s.change(a.Ref, func(v verification.Verification) (verification.Verification, bool) {
		return v.Try(a)
	})
}

// Cancel ends the verification, as verification.ControlStore says.
func (s *Verifications) Cancel(
	_ context.Context, ref verification.Ref, now, young time.Time,
) (verification.Verification, error) {
	return s.change(ref, func(v verification.Verification) (verification.Verification, bool) {
		return v.Cancel(ref, now, young)
	})
}

// Skip takes one from the events that are left, as verification.ControlStore says.
func (s *Verifications) Skip(_ context.Context, ref verification.Ref,
	now time.Time) (verification.Verification, verification.GiveBack, error) {
	skipped, err := s.change(
		ref,
		func(v verification.Verification) (verification.Verification, bool) {
			return v.Skip(ref, now)
		},
	)
	given := false // by the mutex of s
	return skipped, func(context.Context) error {
		_, _ = s.change(ref, func(v verification.Verification) (verification.Verification, bool) {
			v, gives := v.Unskip(skipped)
			gives, given = gives && !given, given || gives
			return v, gives
		})
		return nil
	}, err
}

// change lets f change the live verification of a number, and keeps what it changed when it says
// so.
func (s *Verifications) change(
	ref verification.Ref, f func(verification.Verification) (verification.Verification, bool),
) (verification.Verification, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, changed := f(s.live[subjectOf(ref)])
	if !changed {
		return v, verification.ErrRefused
	}
	s.live[subjectOf(ref)] = v
	return v, nil
}

// Find gives each verification as it stands.
func (s *Verifications) Find(
	_ context.Context, refs []verification.Ref,
) ([]verification.Verification, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := make([]verification.Verification, len(refs))
	for i, ref := range refs {
		if v := s.live[subjectOf(ref)]; v.Ref == ref && ref.Nonce != 0 {
			found[i] = v
		} else {
			found[i] = s.displaced[ref]
		}
	}
	return found, nil
}

// Unsettled hands over what expired before the time and is not settled, as verification.SweepStore
// says.
func (s *Verifications) Unsettled(_ context.Context, before time.Time,
	take func(verification.Verification) error) error {
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
func (s *Verifications) Replace(_ context.Context, v verification.Verification) error {
	_, err := s.change(
		v.Ref,
		func(old verification.Verification) (verification.Verification, bool) {
			return old.Replace(v)
		},
	)
	return err
}

// Settle marks the verification as settled and moves what was held.
func (s *Verifications) Settle(_ context.Context, v verification.Verification, charge bool) error {
	if !s.mark(v) {
		return verification.ErrRefused
	}
	s.accounts.settle(v.Account, v.Held, charge)
	return nil
}

func (s *Verifications) mark(v verification.Verification) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, displaced := s.displaced[v.Ref]
	if !displaced {
		old = s.live[subjectOf(v.Ref)]
	}
	old, settles := old.Settle(v)
	if !settles {
		return false
	}
	if displaced {
		s.displaced[v.Ref] = old
	} else {
		s.live[subjectOf(v.Ref)] = old
	}
	return true
}
