package dynamo

import (
	"cmp"
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
// way, that nothing was heard of for too long, or that the verification in the number's place
// holds.
func (s *Verifications) pay(
	ctx context.Context, start verification.Admission,
) (reservation, error) {
	reserved, err := s.reserve(ctx, start)
	for range openSets {
		if !fault.Is(err, fault.QuotaExceeded) {
			break
		}
		helps, refused := s.free(ctx, start)
		if refused != nil || !helps {
			return reserved, cmp.Or(refused, err)
		}
		reserved, err = s.reserve(ctx, start)
	}
	return reserved, err
}

// free returns money to the account of a start that lacks it, and tells whether there was any: what
// was settled and not yet paid in, what is stale, and what the verification in its place holds, if
// that has ended or gives way. It fails as verification.Admission.AdmitToNumber does where that
// would give way.
func (s *Verifications) free(
	ctx context.Context, start verification.Admission,
) (helps bool, refused error) {
	helps, _ = s.collect(ctx, start.Verification.Account)
	s.purses.with(start.Verification.Account, func(p *purse) { helps = p.isStale() || helps })
	stood, err := s.stands(ctx, start.Verification.Ref)
	if err != nil || stood.Held <= 0 || stood.Settled {
		return helps, nil
	}
	stood, refused = s.giveWay(ctx, start, stood)
	if refused != nil || !stood.Displace(start.Now).Settled {
		return helps, refused
	}
	return s.settleLive(ctx, stood, start.Now) == nil || helps, nil
}

// giveWay ends a live verification that the start takes the place of, if nothing refuses the start
// there and nothing but money hangs on the other. One that has changed stays as it is.
func (s *Verifications) giveWay(
	ctx context.Context, start verification.Admission, stood verification.Verification,
) (verification.Verification, error) {
	met := start.Meets(stood)
	if !stood.Live(start.Now) || !met.GaveWay || !met.Displace(start.Now).Settled {
		return stood, nil
	}
	if _, err := start.AdmitToNumber(met); err != nil {
		return stood, err
	}
	if s.Replace(ctx, met) != nil {
		return stood, nil
	}
	met.Revision++
	return met, nil
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
