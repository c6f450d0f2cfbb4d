package verification

import (
	"context"
	"time"
)

// Ending tells that a verification has ended for whose end someone asked (see Order.Callback).
type Ending struct {
	// Callback names who asked.
	Callback string
	// RequestID is the verification's.
	RequestID string
	// State is a final one.
	State State
	// Channel is how its last message was sent; empty when none was.
	Channel Channel
}

// Listener is told of the ends of verifications that have a callback.
type Listener interface {
	// Ended is told of an end at least once. When it fails, it is told again later.
	Ended(ctx context.Context, e Ending) error
}

// nobody is a Listener that leaves it to others.
type nobody struct{}

// Ended does nothing.
func (nobody) Ended(context.Context, Ending) error { return nil }

// Ending returns what is told of the verification at now, under its request_id.
func (v Verification) Ending(id string, now time.Time) Ending {
	e := Ending{Callback: v.Callback, RequestID: id, State: v.State(now)}
	if n := len(v.Events); n > 0 {
		e.Channel = v.Events[n-1].Channel
	}
	return e
}

// Abandoned tells that the request itself undid the verification, not knowing whether the store had
// written it (see Requester): nobody was sent anything. Its owner cannot cancel one that is so
// young.
func (v Verification) Abandoned() bool {
	return !v.CancelledAt.IsZero() && len(v.Events) == 0 && v.CancelledAt.Sub(v.Submitted) < minAge
}

// announce tells of the end of a verification that someone waits for, and has a dispatcher look at
// it at once, also at a success that counts for its network. When both fail, the message that every
// verification has pending tells of it in its own time.
func announce(
	ctx context.Context, outbox Outbox, ended Listener, v Verification, key IDKey, now time.Time,
) {
	if awaited := v.Callback != "" || v.matched() && v.judged(); !awaited || v.Live(now) {
		return
	}
	id := key.RequestID(v.Ref)
	if v.Callback != "" {
		_ = ended.Ended(ctx, v.Ending(id, now))
	}
	m := Job{ID: id, Key: key.Version(), Event: v.Plan.events() + 1, Due: now}
	_ = outbox.Put(ctx, m, 0)
}

// end settles a verification that has ended and tells of it whoever asked. Both may be repeated. It
// waits for a check that came in time, and for a dispatcher that is about to send: nothing is sent
// for what is settled.
func (c Dispatcher) end(ctx context.Context, v Verification, m Job, now time.Time,
	received int) error {
	if !v.Over(now) {
		return c.put(ctx, m, v.settleFrom())
	}
	if left := v.sending(now); left > 0 && !v.Settled {
		return RetryAfter{min(left, retryIn<<min(received-1, maxDoublings))}
	}
	if err := c.settle(ctx, v, now); err != nil {
		return err
	}
	if v.Callback == "" || v.Abandoned() {
		return nil
	}
	return c.Ended.Ended(ctx, v.Ending(m.ID, now))
}
