package verification

import (
	"context"

	"lineproof/shared/fault"
)

// RemoteCodes has upstreams check the codes of the silent steps that they carry out.
type RemoteCodes struct {
	// Store keeps the records.
	Store DeviceStore
	// Ask asks the upstream about a code, in one call: Proved is the right one, Mismatched and
	// Unproved end the step. It fails with a fault.WrongCode, with a fault.NoCode while the device
	// has been given none, and otherwise when nobody was asked.
	Ask func(ctx context.Context, at Remote, code PIN) (Outcome, error)
}

// checkRemote has the upstream check the code of an attempt that met v. Of codes that come at once
// one is asked about; the others fail with a fault.Unavailable.
func (c Checker) checkRemote(
	ctx context.Context, id string, key Key, a Attempt, v Verification, code PIN,
) (Verification, error) {
	v, does, err := amend(ctx, c.Remote.Store, v, func(v Verification) (Verification, bool) {
		return v.askRemote(a.Now)
	})
	switch {
	case err != nil:
		return Verification{}, err
	case !does && v.remote(a.Now):
		return Verification{}, fault.New(fault.Unavailable)
	case !does:
		return a.came(id, v, ErrRefused)
	}
	asked := v.Remote.Asked
	said, failure := c.Remote.Ask(ctx, v.Remote, code)
	v, does, err = amend(ctx, c.Remote.Store, v, func(v Verification) (Verification, bool) {
		return v.tried(a, asked, said, failure)
	})
	counted := said == Proved || fault.Is(failure, fault.WrongCode)
	switch {
	case err != nil:
		return Verification{}, err
	case !does:
		return a.came(id, v, ErrRefused)
	case counted:
		announce(ctx, c.Outbox, c.Ended, v, key.IDKey, a.Now)
		return a.came(id, v, nil)
	case failure == nil:
		goOn(ctx, c.Outbox, id, key.IDKey, v, c.Now())
	case !fault.Is(failure, fault.NoCode):
		return Verification{}, failure
	}
	return a.came(id, v, ErrRefused)
}
