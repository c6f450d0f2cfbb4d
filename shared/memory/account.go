package memory

import (
	"context"
	"sync"

	"lineproof/shared/account"
	"lineproof/shared/verification"
)

// Accounts is an account.Accounts and an account.Registry. It also keeps the ledgers that
// [Verifications] moves.
type Accounts struct {
	mu       sync.Mutex
	accounts map[account.Key]account.Account
	ledgers  map[account.Key]verification.AccountUsage
	payments map[string]bool
}

// NewAccounts gives a store without accounts.
func NewAccounts() *Accounts {
	return &Accounts{
		accounts: map[account.Key]account.Account{},
		ledgers:  map[account.Key]verification.AccountUsage{},
		payments: map[string]bool{},
	}
}

// Account gives the account of the key, or account.ErrNotFound.
func (s *Accounts) Account(_ context.Context, k account.Key) (account.Account, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, known := s.accounts[k]
	if !known {
		return account.Account{}, account.ErrNotFound
	}
	return a, nil
}

// PutAccount writes an account in place of the revision that was read.
func (s *Accounts) PutAccount(_ context.Context, a account.Account) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next, err := a.After(s.accounts[a.Key])
	if err == nil {
		s.accounts[a.Key] = next
	}
	return err
}

// TopUp adds an amount to the free budget, once for each payment.
func (s *Accounts) TopUp(_ context.Context, k account.Key, amount int64, payment string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := k.String() + "#" + payment
	if s.payments[name] {
		return nil
	}
	s.payments[name] = true
	ledger := s.ledgers[k]
	ledger.Free += amount
	s.ledgers[k] = ledger
	return nil
}

// Ledger gives the account's ledger.
func (s *Accounts) Ledger(_ context.Context, k account.Key) (account.Ledger, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.ledgers[k]
	return account.Ledger{Free: l.Free, Held: l.Held, Charged: l.Charged}, nil
}

// settle takes what was held and gives it back or charges it.
func (s *Accounts) settle(k account.Key, held int64, charge bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.ledgers[k]
	l.Held -= held
	if charge {
		l.Charged += held
	} else {
		l.Free += held
	}
	s.ledgers[k] = l
}

// resetMeters empties every account's meters, not its money. The caller holds no lock of s.
func (s *Accounts) resetMeters() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, l := range s.ledgers {
		s.ledgers[k] = verification.AccountUsage{Free: l.Free, Held: l.Held, Charged: l.Charged}
	}
}
