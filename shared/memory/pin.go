package memory

import (
	"context"
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

	mu            sync.Mutex
	verifications *packed
	networks      map[netPrefix]verification.NetworkUsage
	addresses     map[address]verification.Window
	lines         map[phone.Number]verification.LineUsage
	costs         map[account.Key]verification.Window
}

// netPrefix is a network of an account, address one of its clients'.
type (
	netPrefix struct {
		account account.Key
		prefix  string
	}
	address struct {
		account account.Key
		client  string
	}
)

// NewVerifications gives a store without verifications, whose prices the accounts' ledgers bear.
func NewVerifications(accounts *Accounts) *Verifications {
	return &Verifications{
		accounts:      accounts,
		verifications: newPacked(),
		networks:      map[netPrefix]verification.NetworkUsage{},
		addresses:     map[address]verification.Window{},
		lines:         map[phone.Number]verification.LineUsage{},
		costs:         map[account.Key]verification.Window{},
	}
}

// Reset forgets every verification, block and meter, and gives back what was held.
func (s *Verifications) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for v := range s.verifications.all() {
		if !v.Settled {
			s.accounts.settle(v.Account, v.Held, false)
		}
	}
	clear(s.verifications.texts)
	clear(s.networks)
	clear(s.addresses)
	clear(s.lines)
	clear(s.costs)
	s.accounts.resetMeters()
}

// Begin makes a verification the live one of its number, as verification.BeginStore says.
func (s *Verifications) Begin(
	_ context.Context, start verification.Admission,
) (verification.Verification, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts.mu.Lock()
	defer s.accounts.mu.Unlock()

	ref := start.Verification.Ref
	key := ref.Account
	old := start.Meets(s.verifications.get(subjectOf(ref)))
	ledger, err := start.AdmitToLedger(old.Release(s.accounts.ledgers[key], start.Now), 1)
	if err != nil {
		return verification.Verification{}, err
	}
	v, err := start.AdmitToNumber(old)
	if stood := s.verifications.get(ref); err == nil && stood.Nonce != 0 {
		err = &verification.LiveError{Live: stood}
	}
	if err != nil {
		return verification.Verification{}, err
	}
	keep, err := s.judgeShared(start)
	if err != nil {
		return verification.Verification{}, err
	}
	displaced := old.Displace(start.Now)
	if old.Nonce != 0 {
		s.verifications.put(old.Ref, displaced)
	}
	s.accounts.ledgers[key] = ledger
	s.verifications.put(subjectOf(ref), v)
	keep()
	return displaced, nil
}

// judgeShared judges the usages that a start shares with others, and returns what keeps them.
func (s *Verifications) judgeShared(start verification.Admission) (keep func(), err error) {
	v := start.Verification
	of, from := netPrefix{v.Account, v.Network}, address{v.Account, start.Client}
	var standing verification.NetworkUsage
	var requests verification.Window
	var shared verification.LineUsage
	if start.HasLine() {
		shared, err = start.AdmitToLine(s.lines[v.Number])
	}
	if err == nil && start.HasNetwork() {
		standing, err = start.AdmitToNetwork(s.networks[of])
	}
	if err == nil && start.HasAddress() {
		requests, err = start.AdmitToAddress(s.addresses[from])
	}
	return func() {
		if start.HasLine() {
			s.lines[v.Number] = shared
		}
		if start.HasNetwork() {
			s.networks[of] = standing
		}
		if start.HasAddress() {
			s.addresses[from] = requests
		}
	}, err
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

// Withdraw ends a verification of which no event has begun, as verification.BeginStore says.
func (s *Verifications) Withdraw(
	_ context.Context, ref verification.Ref, now time.Time,
) (withdrawn bool, err error) {
	v, err := s.changeAnywhere(
		ref,
		func(v verification.Verification) (verification.Verification, bool) {
			return v.Withdraw(ref, now)
		},
	)
	if err == nil {
		s.accounts.settle(v.Account, v.Held, false)
	}
	return v.Ref != ref || v.Unsent(), nil
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
	_ context.Context, c verification.Cancellation,
) (verification.Verification, error) {
	return s.change(c.Ref, func(v verification.Verification) (verification.Verification, bool) {
		return v.Cancel(c)
	})
}

// Skip takes one from the events that are left, as verification.ControlStore says.
func (s *Verifications) Skip(_ context.Context, w verification.Wish) (
	verification.Verification, verification.GiveBack, error) {
	skipped, err := s.change(
		w.Ref,
		func(v verification.Verification) (verification.Verification, bool) { return v.Skip(w) },
	)
	given := false // by the mutex of s
	return skipped, func(context.Context) error {
		_, _ = s.change(w.Ref, func(v verification.Verification) (verification.Verification, bool) {
			v, gives := v.Unskip(skipped)
			gives, given = gives && !given, given || gives
			return v, gives
		})
		return nil
	}, err
}

// transition is a change of a verification, or false for none.
type transition func(verification.Verification) (verification.Verification, bool)

// change lets f change the live verification of a number, and keeps what it changed when it says
// so.
func (s *Verifications) change(
	ref verification.Ref, f transition,
) (verification.Verification, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changeAt(subjectOf(ref), f)
}

// changeAnywhere lets f change a verification wherever it stands, in the same way.
func (s *Verifications) changeAnywhere(
	ref verification.Ref, f transition,
) (verification.Verification, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, displaced := s.verifications.texts[ref]; displaced {
		return s.changeAt(ref, f)
	}
	return s.changeAt(subjectOf(ref), f)
}

func (s *Verifications) changeAt(
	at verification.Ref, f transition,
) (verification.Verification, error) {
	v, changed := f(s.verifications.get(at))
	if !changed {
		return v, verification.ErrRefused
	}
	s.verifications.put(at, v)
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
		if ref.Nonce == 0 {
			continue
		}
		if found[i] = s.verifications.get(subjectOf(ref)); found[i].Ref != ref {
			found[i] = s.verifications.get(ref)
		}
	}
	return found, nil
}

// Unsettled hands over what expired before the time and is not settled, as verification.SweepStore
// says.
func (s *Verifications) Unsettled(_ context.Context, before time.Time,
	take func(verification.Verification) error) error {
	s.mu.Lock()
	all := slices.Collect(s.verifications.all())
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
	_, err := s.changeAnywhere(
		v.Ref,
		func(old verification.Verification) (verification.Verification, bool) {
			return old.Replace(v)
		},
	)
	return err
}

// Settle marks the verification as settled and moves what was held.
func (s *Verifications) Settle(_ context.Context, v verification.Verification, charge bool) error {
	_, err := s.changeAnywhere(
		v.Ref,
		func(old verification.Verification) (verification.Verification, bool) {
			return old.Settle(v)
		},
	)
	if err == nil {
		s.accounts.settle(v.Account, v.Held, charge)
	}
	return err
}
