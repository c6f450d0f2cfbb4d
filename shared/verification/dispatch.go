package verification

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"lineproof/shared/fault"
)

// The dispatcher's times.
const (
	// longestDelay is the longest that an outbox holds a message; a longer wait takes several.
	longestDelay = 15 * time.Minute
	// retryIn is when a message is handled again that came before its record or before its
	// predecessor.
	retryIn = 2 * time.Second
	// tries is how often a first message may find no record: a former build queues it before it
	// writes one.
	tries = 3
	// lease is how long a dispatcher may take for one event: after it, another one goes on where it
	// stopped.
	lease = 30 * time.Second
	// maxDoublings ends the doubling of retryIn while the end waits for a dispatcher that sends:
	// the waits reach lease by then.
	maxDoublings = 4
	// throttleWait is the first wait after the provider throttled; it doubles.
	throttleWait = 5 * time.Second
	// maxThrottles is how often the provider may throttle one event before it counts as refused.
	maxThrottles = 3
	// races is how often a write may lose against others, as checks, before the message is handled
	// anew.
	races = 5
)

// Dispatcher handles the messages of the outbox. For each event it reads the record, claims the
// event, takes leave to send, sends, queues the next message, and reads and writes the record
// again, in which others may have written: two reads and three writes. Whatever is redelivered,
// repeated or cut short, an event is sent at most once, and a live verification has a message
// pending.
type Dispatcher struct {
	// Store keeps the records.
	Store DispatchStore
	// Outbox takes the next messages.
	Outbox Outbox
	// Sender hands messages to the provider.
	Sender Sender
	// Keys are those in use.
	Keys Ring
	// Now tells the time; Random names the deliveries.
	Now    func() time.Time
	Random io.Reader
	// Log takes a line for each message handed to the provider, and what someone should see.
	Log *slog.Logger
	// Ended is told of the end of verifications that have a callback, at least once.
	Ended Listener
}

// RetryAfter says that a message cannot be handled yet and must be handed out again.
type RetryAfter struct {
	// In is how long to wait.
	In time.Duration
}

// Error gives the text.
func (l RetryAfter) Error() string { return "verification: job to be handled in " + l.In.String() }

// ErrUndecodable says that a message names nothing that our keys can read: no repetition mends it.
var ErrUndecodable = errors.New("verification: message does not decode")

// Deliver handles one message. received is how often it has been handed out, from 1. It gives nil
// when the message is done with, RetryAfter when it must be handed out again, and another error
// when it failed and must be repeated.
func (c Dispatcher) Deliver(ctx context.Context, m Job, received int) error {
	if early := m.Due.Sub(c.Now()); early > 0 {
		return c.Outbox.Put(ctx, m, min(early, longestDelay))
	}
	ref, key, known := resolveMessage(c.Keys, m)
	if !known {
		return ErrUndecodable
	}
	for range races {
		err := c.handle(ctx, m, ref, key, received)
		if !errors.Is(err, ErrRefused) {
			return err
		}
	}
	return RetryAfter{retryIn}
}

func (c Dispatcher) handle(ctx context.Context, m Job, ref Ref, key Key, received int) error {
	v, err := c.find(ctx, ref)
	if err != nil {
		return err
	}
	now := c.Now()
	switch {
	case v.Nonce == 0:
		return missing(m, received)
	case v.Owes(now) && m.Event == 1:
		return c.begin(ctx, v, m, key, now)
	case v.Owes(now):
		return c.put(ctx, m, v.settleFrom())
	case !v.Live(now):
		return c.end(ctx, v, m, now, received)
	case m.Event > v.Plan.events():
		return c.put(ctx, m, v.settleFrom())
	case m.Event <= v.Event:
		return c.resume(ctx, v, m, now)
	case m.Event > v.Event+1:
		return c.put(ctx, m, now.Add(retryIn))
	default:
		return c.begin(ctx, v, m, key, now)
	}
}

func (c Dispatcher) find(ctx context.Context, ref Ref) (Verification, error) {
	found, err := c.Store.Find(ctx, []Ref{ref})
	if err != nil {
		return Verification{}, err
	}
	return found[0], nil
}

// missing says what becomes of a message without a record: it is dropped, for its request was
// refused. A first message of a former build may be ahead of its record.
func missing(m Job, received int) error {
	if m.Event == 1 && received < tries {
		return RetryAfter{retryIn}
	}
	return nil
}

// resume handles a message whose event has begun: a repetition, or one that was overtaken. The next
// message is queued again when the delivery that should have done so is certainly dead.
func (c Dispatcher) resume(ctx context.Context, v Verification, m Job, now time.Time) error {
	if m.Event < v.Event || v.Queued {
		return nil
	}
	if left := v.sending(now); left > 0 {
		return RetryAfter{left}
	}
	if err := c.queueNext(ctx, v, m); err != nil {
		return err
	}
	v.Queued = true
	return c.Store.Replace(ctx, v)
}

// sending gives how much longer the dispatcher that claimed the last event may take for it; 0 when
// it is done or certainly dead.
func (v Verification) sending(now time.Time) time.Duration {
	if len(v.Events) == 0 || v.Queued {
		return 0
	}
	return max(0, lease-now.Sub(v.Events[len(v.Events)-1].At))
}

// begin claims the event, sends it, queues the next message and records how it went.
func (c Dispatcher) begin(
	ctx context.Context, v Verification, m Job, key Key, now time.Time,
) error {
	claimant, err := c.name()
	if err != nil {
		return err
	}
	v = v.claim(m, key, now, claimant)
	if err := c.Store.Replace(ctx, v); err != nil {
		return err
	}
	v.Revision++
	receipt := c.send(ctx, v, m, key, now)
	if receipt.Outcome == Throttled {
		if v.Throttles < maxThrottles {
			return c.putOff(ctx, v, m, now)
		}
		c.tellUnsent(ctx, v, cmp.Or(receipt.Reason, Throttling))
	}
	v = v.went(receipt, now)
	queued := c.queueNext(ctx, v, m)
	c.record(ctx, v.Ref, claimant, func(w *Verification) { w.finish(receipt, now, queued == nil) })
	return queued
}

// send hands the last event's message over, unless it meets a wall or gets no leave, and tells when
// it does not leave.
func (c Dispatcher) send(ctx context.Context, v Verification, m Job, key Key,
	now time.Time) SendResult {
	receipt := SendResult{Outcome: Refused, Message: "", Reason: v.wall()}
	if receipt.Reason == "" {
		receipt = c.hand(ctx, v, m, key, now)
	}
	if receipt.Outcome == Refused || receipt.Outcome == Blocked {
		c.tellUnsent(ctx, v, cmp.Or(receipt.Reason, Unexplained))
	}
	return receipt
}

// hand takes leave for the last event's message and hands it to the provider. What that does not
// take is given back.
func (c Dispatcher) hand(ctx context.Context, v Verification, m Job, key Key,
	now time.Time) SendResult {
	message := v.message(now)
	if err := c.leave(ctx, v, message); err != nil {
		return unleft(err)
	}
	receipt := c.Sender.Send(ctx, v.notice(m, key, now))
	c.tellMessage(ctx, v, m, receipt)
	if receipt.Outcome == Refused || receipt.Outcome == Throttled {
		_ = c.tally(ctx, message.Back()) // when that fails, one message too many is counted
	}
	return receipt
}

// unleft returns what becomes of a message that got no leave. Where nobody can tell whether there
// is leave, it is tried again later.
func unleft(err error) SendResult {
	r := SendResult{Outcome: Refused, Message: "", Reason: Reason(fault.Of(err).String())}
	switch {
	case fault.Is(err, fault.Unavailable, fault.Internal):
		r.Outcome = Throttled
	case fault.Is(err, fault.Blocked):
		r.Outcome = Blocked
	}
	return r
}

// leave asks whether a message may go out, and counts it. A number that is not the verification's
// own was not asked for the deny list when that began.
func (c Dispatcher) leave(ctx context.Context, v Verification, t Traffic) error {
	if t.Number != v.Number {
		denied, err := c.Store.Denied(ctx, v.Account, t.Number)
		if err != nil {
			return err
		}
		if denied {
			return fault.New(fault.Denied)
		}
	}
	return c.tally(ctx, t)
}

// tally counts traffic and tells whom it may concern.
func (c Dispatcher) tally(ctx context.Context, t Traffic) error {
	blocked, err := c.Store.Tally(ctx, t)
	if blocked {
		c.tellBlocked(ctx, t)
	}
	return err
}

// claim begins an event: its message will be sent by claimant alone.
func (v Verification) claim(m Job, key Key, now time.Time, claimant string) Verification {
	if m.Event > 1 && (v.Plan.renews(m.Event) || !now.Before(v.PINExpires)) {
		v.Generation++
		v.Hash, v.Guess, v.Attempts = key.hash(
			v.Ref, v.pin(key),
		), nil, 0
		v.PINExpires = now.Add(v.Plan.Expiry)
	}
	v.Event, v.Left = m.Event, min(v.Left, v.Plan.events()-m.Event)
	v.Expires = v.Plan.end(m.Event, now, v.PINExpires)
	v.Claimant, v.Queued = claimant, false
	v.Events = append(
		v.Events[:len(v.Events):len(v.Events)],
		Event{
			Channel: v.Plan.channel(m.Event), At: now, Outcome: Unknown, Message: "", Reason: "",
		},
	)
	return v
}

func (v Verification) notice(m Job, key Key, now time.Time) OutboundMessage {
	means := v.means(v.Event)
	return OutboundMessage{
		To:        means.To,
		Country:   means.Country,
		Channel:   v.Plan.channel(v.Event),
		RequestID: m.ID,
		Event:     v.Event,
		Try:       v.Throttles,
		Sender:    means.Sender,
		Entity:    means.Entity,
		Content:   means.Content,
		Brand:     v.Brand,
		Payee:     v.Payee,
		Amount:    v.Amount,
		Locale:    v.Locale,
		Text:      means.Text,
		PIN:       v.pin(key),
		Expires:   v.PINExpires,
		Validity:  v.PINExpires.Sub(now),
		Domain:    v.Domain,
		AppHash:   means.AppHash,
	}
}

// hurries tells whether the next event follows at once on the last one, as it went.
func (v Verification) hurries() bool { return !v.OnDemand && v.reachedNobody() }

// reachedNobody tells whether the last event is over as it went.
func (v Verification) reachedNobody() bool {
	switch v.Events[len(v.Events)-1].Outcome {
	case Refused, Blocked:
		return v.Onward
	case Mismatched, Unproved:
		return true
	default:
		return false
	}
}

// went returns the verification after how its last event went, which began at now.
func (v Verification) went(r SendResult, now time.Time) Verification {
	v.Events = slices.Clone(v.Events)
	last := &v.Events[len(v.Events)-1]
	last.Outcome, last.Message, last.Reason = r.Outcome, r.Message, r.Reason
	if r.Outcome == Throttled {
		last.Outcome = Refused
	}
	if v.hopeless() {
		v.Expires = now
	}
	return v
}

// hopeless tells whether no code can be right any more: the last step has reached nobody, and the
// end user has no code, or one of an earlier step that is dead.
func (v Verification) hopeless() bool {
	if !v.Onward || len(v.Code) > 0 || v.Event < v.Plan.events() || !v.reachedNobody() {
		return false
	}
	return v.Event == 1 || v.Plan.renews(v.Event)
}

// finish records how the last event went.
func (v *Verification) finish(r SendResult, now time.Time, queued bool) {
	*v = v.went(r, now)
	v.Queued, v.Throttles = queued, 0
	if v.hurries() {
		v.Left = max(0, v.Left-1) // the next one begins without a call
	}
}

// putOff gives the event back, since the provider surely did not take it, and has it begun again a
// little later. Until the event is given back, a repetition of its message finds it begun and goes
// on with the next.
func (c Dispatcher) putOff(ctx context.Context, v Verification, m Job, now time.Time) error {
	given := c.record(ctx, v.Ref, v.Claimant, func(w *Verification) {
		w.Event, w.Events = w.Event-1, w.Events[:len(w.Events)-1]
		w.Throttles++
	})
	if !given {
		return c.queueNext(ctx, v, m)
	}
	return c.put(ctx, m, now.Add(throttleWait<<v.Throttles))
}

// record changes the record of an event that claimant began, and tells whether it could. Checks may
// write between.
func (c Dispatcher) record(
	ctx context.Context, ref Ref, claimant string, change func(*Verification),
) bool {
	var err error
	for range races {
		var v Verification
		if v, err = c.find(ctx, ref); err != nil || v.Claimant != claimant {
			break
		}
		change(&v)
		if err = c.Store.Replace(ctx, v); err == nil {
			return true
		}
		if !errors.Is(err, ErrRefused) {
			break
		}
	}
	c.Log.WarnContext(ctx, "event not recorded", "failure", fault.As(err))
	return false
}

// queueNext queues the message after that of the last event begun: the next event, or the end, if
// that is not queued, or only for later. Nothing but the end follows what gave way.
func (c Dispatcher) queueNext(ctx context.Context, v Verification, last Job) error {
	// its device comes too late from now on
	if v.Event == 2 && v.Plan.silent() && v.Callback != "" {
		if err := c.Ended.Ended(ctx, v.stepEnding(last)); err != nil {
			return err
		}
	}
	due := v.due()
	switch {
	case v.GaveWay:
		due = c.Now()
	case v.EndQueued && v.next().IsZero() && !due.Before(v.plannedEnd()):
		return nil
	}
	return c.put(ctx, Job{ID: last.ID, Key: last.Key, Event: v.Event + 1}, due)
}

// plannedEnd returns for when its end was queued before it began.
func (v Verification) plannedEnd() time.Time {
	first := v.Plan.Expiry
	if v.Plan.silent() {
		first = v.Plan.Steps[0].Wait
	}
	return v.Plan.end(1, v.Submitted, v.Submitted.Add(first)).Add(grace)
}

// due returns when the job after the last event begun is handled: the next event's, or the end's.
func (v Verification) due() time.Time {
	if next := v.next(); !next.IsZero() {
		return next
	}
	return v.settleFrom()
}

func (c Dispatcher) put(ctx context.Context, m Job, due time.Time) error {
	m.Due = due
	return c.Outbox.Put(ctx, m, min(max(due.Sub(c.Now()), 0), longestDelay))
}

// settle charges or refunds the account of a verification that has ended, once, and counts a
// success for its network.
func (c Dispatcher) settle(ctx context.Context, v Verification, now time.Time) error {
	if v.Settled {
		return nil
	}
	success := v.State(now) == Success
	if err := c.Store.Settle(ctx, v, success); err != nil {
		return err
	}
	c.tellEnd(ctx, v, now)
	if !v.converts() {
		return nil
	}
	if err := c.tally(ctx, v.success(now)); err != nil { // the settlement stands
		c.Log.WarnContext(ctx, "success not counted", "failure", fault.As(err))
	}
	return nil
}

// converts tells whether the verification is a success that counts for its network.
func (v Verification) converts() bool {
	return v.matched() && v.judged() && v.sentBefore(len(v.Events))
}

// name gives a name for one delivery that no other has.
func (c Dispatcher) name() (string, error) {
	b := make([]byte, 12)
	if _, err := io.ReadFull(c.Random, b); err != nil {
		return "", fmt.Errorf("verification: name delivery: %w", err)
	}
	return fmt.Sprintf("%x", b), nil
}
