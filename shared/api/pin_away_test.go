package api_test

import (
	"context"
	"sync/atomic"

	"lineproof/shared/memory"
	"lineproof/shared/verification"
)

// awayPins is a store that can be away.
type awayPins struct {
	*memory.Verifications
	away *atomic.Bool
	lost *atomic.Bool // what Begin answers, though it did its work
}

func (s awayPins) Begin(ctx context.Context, start verification.Admission) (verification.Verification, error) {
	if s.away.Load() {
		return verification.Verification{}, errAway()
	}
	displaced, err := s.Verifications.Begin(ctx, start)
	if s.lost.Load() {
		return verification.Verification{}, errAway()
	}
	return displaced, err
}

func (s awayPins) Check(ctx context.Context, a verification.Attempt) (verification.Verification, error) {
	if s.away.Load() {
		return verification.Verification{}, errAway()
	}
	return s.Verifications.Check(ctx, a)
}

func (s awayPins) Find(ctx context.Context, refs []verification.Ref) ([]verification.Verification, error) {
	if s.away.Load() {
		return nil, errAway()
	}
	return s.Verifications.Find(ctx, refs)
}

func (s awayPins) Cancel(ctx context.Context, c verification.Cancellation) (verification.Verification, error) {
	if s.away.Load() {
		return verification.Verification{}, errAway()
	}
	return s.Verifications.Cancel(ctx, c)
}

func (s awayPins) Skip(ctx context.Context, w verification.Wish) (
	verification.Verification, verification.GiveBack, error) {
	if s.away.Load() {
		return verification.Verification{}, nil, errAway()
	}
	return s.Verifications.Skip(ctx, w)
}

func (s awayPins) Unblock(ctx context.Context, l verification.Lift) error {
	if s.away.Load() {
		return errAway()
	}
	return s.Verifications.Unblock(ctx, l)
}
