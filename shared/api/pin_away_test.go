package api_test

import (
	"context"
	"sync/atomic"
	"time"

	"lineproof/shared/memory"
	"lineproof/shared/pin"
)

// awayPins is a store that can be away.
type awayPins struct {
	*memory.Pins
	away *atomic.Bool
}

func (s awayPins) Begin(ctx context.Context, start pin.Start) (pin.Verification, error) {
	if s.away.Load() {
		return pin.Verification{}, errAway()
	}
	return s.Pins.Begin(ctx, start)
}

func (s awayPins) Check(ctx context.Context, a pin.Attempt) (pin.Verification, error) {
	if s.away.Load() {
		return pin.Verification{}, errAway()
	}
	return s.Pins.Check(ctx, a)
}

func (s awayPins) Find(ctx context.Context, refs []pin.Ref) ([]pin.Verification, error) {
	if s.away.Load() {
		return nil, errAway()
	}
	return s.Pins.Find(ctx, refs)
}

func (s awayPins) Cancel(ctx context.Context, ref pin.Ref, now, young time.Time) (pin.Verification, error) {
	if s.away.Load() {
		return pin.Verification{}, errAway()
	}
	return s.Pins.Cancel(ctx, ref, now, young)
}

func (s awayPins) Skip(ctx context.Context, ref pin.Ref,
	now time.Time) (pin.Verification, pin.GiveBack, error) {
	if s.away.Load() {
		return pin.Verification{}, nil, errAway()
	}
	return s.Pins.Skip(ctx, ref, now)
}

func (s awayPins) Unblock(ctx context.Context, l pin.Lift) error {
	if s.away.Load() {
		return errAway()
	}
	return s.Pins.Unblock(ctx, l)
}
