package dynamo

import (
	"context"
	"errors"

	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// Begin makes a verification the live one of its number, as verification.BeginStore says. No
// transaction binds its writes, for those of one account would keep each other off: the money is
// set aside first, then the meters count, and the put of the live item decides. What refuses it has
// the others given back; a crash between leaves a hold that is given back when it is stale, and a
// meter that has counted one too many.
func (s *Verifications) Begin(
	ctx context.Context, start verification.Admission,
) (verification.Verification, error) {
	reserved, err := s.pay(ctx, start)
	if err != nil {
		return verification.Verification{}, err
	}
	uncount, err := s.count(ctx, start)
	if err != nil {
		s.release(ctx, start, reserved)
		return verification.Verification{}, s.refusedBy(ctx, start, err)
	}
	displaced, err := s.install(ctx, start, reserved)
	switch {
	case err == nil:
		s.spend(start.Verification.Account, reserved)
	case !errors.Is(err, errUnknown):
		s.release(ctx, start, reserved)
		uncount(ctx)
	}
	return displaced, err
}

// errUnknown says that nobody knows whether a verification was put in its place.
var errUnknown = errors.New("dynamo: answer lost")

// pay reserves what a start holds. An account that lacks the money may have some that is on its
// way, or pay with what the verification holds whose place the start takes.
func (s *Verifications) pay(
	ctx context.Context, start verification.Admission,
) (reservation, error) {
	reserved, err := s.reserve(ctx, start)
	if !fault.Is(err, fault.QuotaExceeded) {
		return reserved, err
	}
	stood, failed := s.stands(ctx, start.Verification.Ref)
	if failed != nil {
		return reserved, err
	}
	if start.Meets(stood).GaveWay && stood.Held == start.Verification.Held {
		start.Verification.Held = 0
		reserved, err = s.reserve(ctx, start)
		reserved.heirOf = stood
		return reserved, err
	}
	if s.free(ctx, start, stood) {
		return s.reserve(ctx, start)
	}
	return reserved, err
}

// free returns money to the account of a start that lacks it: what was settled and not yet paid in,
// and what the verification in its place holds, if that has ended. It tells whether that may help.
func (s *Verifications) free(
	ctx context.Context, start verification.Admission, stood verification.Verification,
) bool {
	helps := s.collect(ctx, start.Verification.Account)
	if stood.Held > 0 && !stood.Settled && stood.Displace(start.Now).Settled {
		helps = s.settleLive(ctx, stood, start.Now) == nil || helps
	}
	return helps
}

// stands returns the verification in the number's place, whichever it is.
func (s *Verifications) stands(
	ctx context.Context, ref verification.Ref,
) (verification.Verification, error) {
	key := livePin(ref.Account, ref.Number)
	items, err := s.read(ctx, []pinKey{key})
	if err != nil {
		return verification.Verification{}, err
	}
	return decodePIN(items[key], ref)
}

// refusedBy returns what refuses a start that a meter refused: the number is asked before them.
func (s *Verifications) refusedBy(
	ctx context.Context, start verification.Admission, err error,
) error {
	if fault.Is(err, fault.Unavailable, fault.Internal) {
		return err
	}
	old, failed := s.stands(ctx, start.Verification.Ref)
	if failed != nil {
		return err
	}
	if _, sooner := start.AdmitToNumber(start.Meets(old)); sooner != nil {
		return sooner
	}
	return err
}

// Admit counts a start against the account's ledger alone, as verification.AdmitStore says. An
// answer that is lost may count it twice, which no money hangs on.
func (s *Verifications) Admit(ctx context.Context, start verification.Admission) error {
	_, err := s.reserve(ctx, start)
	return err
}
