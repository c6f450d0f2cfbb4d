package verification

import (
	"context"
	"strings"
	"time"
)

// Ending tells that a verification has ended for whose end someone asked (see Order.Callback).
type Ending struct {
	// Callback names who asked.
	Callback string
	// RequestID is the verification's, Key the version of its key.
	RequestID string
	Key       uint32
	// State is a final one, or InProgress where the silent step alone has ended.
	State State
	// Channel is how its last message was sent; empty when none was.
	Channel Channel
	// Again tells that another message has settled it, which tells of the end too (see again): who
	// would hear each end twice can leave this one out.
	Again bool
}

// WebhookScheme begins the Callback of verifications that package webhook tells of.
const WebhookScheme = "w"

// Webhook returns the Callback of a verification of which an application is told, or without one
// its account, at the address that is registered for it.
func Webhook(application string) string { return WebhookScheme + ":" + application }

// Listener is told of the ends of verifications that have a callback, and of their silent steps'
// before.
type Listener interface {
	// Ended is told of an end at least once. When it fails, it is told again later.
	Ended(ctx context.Context, e Ending) error
}

// Listeners hand on what they are told to who asked: by what stands before the colon in its
// callback, "" where there is none. What nobody here listens for is another's to tell.
type Listeners map[string]Listener

// Ended tells the one who asked.
func (l Listeners) Ended(ctx context.Context, e Ending) error {
	scheme, _, is := strings.Cut(e.Callback, ":")
	if !is {
		scheme = ""
	}
	if listener := l[scheme]; listener != nil {
		return listener.Ended(ctx, e)
	}
	return nil
}

// Nobody is a Listener that leaves it to others: the dispatcher, who looks at an end next, tells
// all who asked.
var Nobody = Listeners{}

// Ending returns what is told of the verification at now, under its request_id.
func (v Verification) Ending(id string, now time.Time) Ending {
	e := Ending{Callback: v.Callback, RequestID: id, Key: v.Key, State: v.State(now)}
	if n := len(v.Events); n > 0 {
		e.Channel = v.Events[n-1].Channel
	}
	return e
}

// stepEnding returns what is told of the silent step when the one after it has begun.
func (v Verification) stepEnding(m Job) Ending {
	return Ending{
		Callback: v.Callback, RequestID: m.ID, Key: m.Key, State: InProgress, Channel: Silent,
	}
}

// Withdrawn tells that the request itself withdrew the verification (see Requester): nobody was
// sent anything.
func (v Verification) Withdrawn() bool {
	return !v.CancelledAt.IsZero() && !v.GaveWay && v.Left == withdrawn && v.Unsent()
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
	if v.Callback == "" || v.Withdrawn() {
		return nil
	}
	e := v.Ending(m.ID, now)
	e.Again = v.again(m, now, received)
	return c.Ended.Ended(ctx, e)
}

// redriven is how late a message is that may have been sent again by hand: less than the hour for
// which a queue hands a message out.
const redriven = 30 * time.Minute

// again tells of the record that a message found whether another message has settled it, which then
// tells of its end or is handed out until it does. One that is handed out once more, or that was
// sent again by hand, may itself be the one that settled it.
func (v Verification) again(m Job, now time.Time, received int) bool {
	return v.Settled && received == 1 && now.Sub(m.Due) < redriven
}
