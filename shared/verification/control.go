package verification

import (
	"bytes"
	"context"
	"errors"
	"math"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
)

// minAge is how old a verification must be to be cancelled.
const minAge = 30 * time.Second

// Controller changes verifications at their owner's wish. Each command is one write; that for the
// next event also queues a message.
type Controller struct {
	// Store makes the changes.
	Store ControlStore
	// Outbox takes the message that triggers an event.
	Outbox Outbox
	// Ended is told at once of the end of a verification that someone waits for. It may fail: a
	// message has it told again.
	Ended Listener
	// Keys are those in use.
	Keys IDRing
	// Now tells the time.
	Now func() time.Time
}

// Cancel ends the account's verification that the request_id names. It fails, with the request_id,
// with fault.UnknownRequest when there is none that is live, with fault.CancelTooEarly or
// fault.CancelTooLate, which tell when there is something to be had instead, or with Unavailable.
func (c Controller) Cancel(ctx context.Context, owner account.Key, id string) error {
	now := c.Now()
	asked := Cancellation{Now: now, Submitted: now.Add(-minAge), Event: 2}
	v, err := c.cancel(ctx, owner, id, asked)
	if !errors.Is(err, ErrRefused) {
		return err
	}
	if v.Event < 2 {
		return &fault.Error{
			Kind:            fault.CancelTooEarly,
			ID:              id,
			CancellableFrom: v.Submitted.Add(minAge),
			NextEventAt:     v.next(),
		}
	}
	return &fault.Error{Kind: fault.CancelTooLate, ID: id, NextEventAt: v.next()}
}

// End ends the account's verification that the request_id names, whatever its age. It fails
// as Cancel does, but never too early or too late.
func (c Controller) End(ctx context.Context, owner account.Key, id string) error {
	_, err := c.end(ctx, owner, id)
	return err
}

// EndAgain is End for a request that came before and was perhaps carried out: a verification that
// is cancelled is no failure.
func (c Controller) EndAgain(ctx context.Context, owner account.Key, id string) error {
	v, err := c.end(ctx, owner, id)
	if fault.Is(err, fault.UnknownRequest) && v.State(c.Now()) == Cancelled {
		return nil
	}
	return err
}

func (c Controller) end(
	ctx context.Context, owner account.Key, id string,
) (Verification, error) {
	now := c.Now()
	return c.cancel(ctx, owner, id,
		Cancellation{Now: now, Submitted: now.Add(day), Event: math.MaxInt32})
}

// cancel ends a verification and tells of it. It fails with ErrRefused and the verification as it
// stands where that is live and what was asked for does not hold.
func (c Controller) cancel(
	ctx context.Context, owner account.Key, id string, asked Cancellation,
) (Verification, error) {
	ref, key := resolve(c.Keys, owner, id)
	asked.Ref = ref
	v, err := c.Store.Cancel(ctx, asked)
	switch {
	case err == nil:
		announce(ctx, c.Outbox, c.Ended, v, key, asked.Now)
		return v, nil
	case errors.Is(err, ErrRefused) && v.Ref != ref:
		return Verification{}, fault.New(fault.UnknownRequest).WithID(id)
	case errors.Is(err, ErrRefused) && !v.Live(asked.Now):
		return v, fault.New(fault.UnknownRequest).WithID(id)
	default:
		return v, err
	}
}

// next gives when the next event takes place by the plan; the zero Time after the last, and where
// it waits for a wish.
func (v Verification) next() time.Time {
	switch n := len(v.Events); {
	case v.Event >= v.Plan.events():
		return time.Time{}
	case n == 0:
		return v.Submitted
	case v.OnDemand:
		return time.Time{}
	case v.hurries():
		return v.Events[n-1].At
	default:
		return v.Events[n-1].At.Add(v.Plan.Steps[v.Event-1].Wait)
	}
}

// calm is how long after a step began by itself a wish for the next one is still a wish for it: who
// saw the step before it fail, or waited it out, may not have seen that it is over.
const calm = 10 * time.Second

// TriggerNextEvent has the next event of the account's verification take place now. It fails, with
// the request_id, with fault.UnknownRequest when there is none that is live, with
// fault.NoMoreEvents, or with Unavailable.
func (c Controller) TriggerNextEvent(ctx context.Context, owner account.Key, id string) error {
	_, err := c.NextStep(ctx, owner, id, nil)
	return err
}

// NextStep is TriggerNextEvent by the wish of a call that has a name (see Wish), and returns the
// verification before the event. Where that is about to begin, or has just begun by itself, nothing
// changes.
func (c Controller) NextStep(
	ctx context.Context, owner account.Key, id string, by []byte,
) (Verification, error) {
	ref, key := resolve(c.Keys, owner, id)
	w := Wish{Ref: ref, Now: c.Now(), By: by}
	v, giveBack, err := c.Store.Skip(ctx, w)
	refused := errors.Is(err, ErrRefused)
	switch {
	case refused && (v.Ref != ref || !v.Live(w.Now)):
		return Verification{}, fault.New(fault.UnknownRequest).WithID(id)
	case refused && (v.metBefore(w) || v.movesItself(w.Now)):
		return v, nil
	case refused && !v.wishes(w):
		return Verification{}, fault.New(fault.NoMoreEvents).WithID(id)
	case err != nil && !refused:
		return Verification{}, err
	case v.movesItself(w.Now):
		_ = giveBack(ctx) // when that fails, one event comes in its own time alone
		return v, nil
	}
	next := v.Plan.events() - v.Left
	m := Job{ID: key.RequestID(ref), Key: key.Version(), Event: next, Due: w.Now}
	err = c.Outbox.Put(ctx, m, 0)
	if err != nil && !refused {
		_ = giveBack(ctx) // when that fails too, one event comes in its own time alone
	}
	return v, err
}

// wishes tells whether a named wish comes to one that is yet to be met: whose job may be lost.
func (v Verification) wishes(w Wish) bool {
	return len(w.By) > 0 && len(v.WishedBy) > 0 && v.Wished == v.Event
}

// metBefore tells whether the event that this very call wished for has begun.
func (v Verification) metBefore(w Wish) bool {
	return len(w.By) > 0 && v.Wished != v.Event && bytes.Equal(v.WishedBy, w.By)
}

// movesItself tells whether the event that would have been wished for is about to begin by itself,
// or has just begun so. Where all wait for wishes, a wish that comes so soon after its like is a
// second click.
func (v Verification) movesItself(now time.Time) bool {
	n := len(v.Events)
	switch {
	case n == 0 || v.Event != n:
		return false
	case v.OnDemand:
		return n > 1 && now.Before(v.Events[n-1].At.Add(calm))
	case v.hurries():
		return n < v.Plan.events()
	case n == 1:
		return false
	}
	before := v
	before.Event, before.Events = n-1, v.Events[:n-1]
	last := v.Events[n-1].At
	itself := before.hurries() || v.Onward && !last.Before(before.next())
	return itself && now.Before(last.Add(calm))
}
