package verification

import (
	"context"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/phone"
)

// AdmitStore counts what may come to a verification.
type AdmitStore interface {
	// Admit counts a start against the account's ledger alone, as AdmitToLedger does, by one
	// conditional write. It fails as that does.
	Admit(ctx context.Context, s Admission) error
}

// Admitter lets callers try to verify numbers before it is known whether that comes to a PIN.
type Admitter struct {
	// Store counts them.
	Store AdmitStore
	// Now tells the time.
	Now func() time.Time
}

// Admit takes the account's meters of a second and of a day. The Order that it may come to is
// marked as Admitted, so that its request takes them no second time. It fails with fault.Barred,
// NotOnDemoList, TooManyRequests or Unavailable.
func (a Admitter) Admit(ctx context.Context, c Caller, n phone.Number) error {
	if err := c.admits(n); err != nil {
		return err
	}
	s := Admission{Rate: terms(c.Terms).rate(), Daily: requests(c.Terms.PerDay, day), Now: a.Now()}
	s.Verification.Ref = Ref{Account: c.Account}
	return a.Store.Admit(ctx, s)
}

// admits refuses callers, whatever they ask for, and numbers that are not theirs to verify.
func (c Caller) admits(n phone.Number) error {
	switch {
	case c.Barred:
		return fault.New(fault.Barred)
	case !c.Demo.Allows(n.Digits()):
		return fault.In(fault.NotOnDemoList, "number")
	default:
		return nil
	}
}
