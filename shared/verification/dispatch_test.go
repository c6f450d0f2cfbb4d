package verification_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// doom kills the process at one of its operations, before or after that is carried out, or has
// every nth fail.
type doom struct {
	mu    sync.Mutex
	count int
	at    int
	after bool
	every int
}

type killed struct{}

// pass lets an operation through; f is what it does.
func (d *doom) pass(f func() error) error {
	d.mu.Lock()
	d.count++
	here, fails := d.count == d.at, d.every > 0 && d.count%d.every == 0
	d.mu.Unlock()
	if fails {
		if d.after {
			_ = f()
		}
		return fault.New(fault.Unavailable)
	}
	if here && !d.after {
		panic(killed{})
	}
	err := f()
	if here {
		panic(killed{})
	}
	return err
}

// doomed is a store, an outbox and a sender under a doom.
type doomed struct {
	store
	verification.Outbox
	verification.Sender
	*doom
}

func (d doomed) Begin(ctx context.Context, s verification.Admission) (displaced verification.Verification, err error) {
	err = d.pass(func() (err error) { displaced, err = d.store.Begin(ctx, s); return err })
	return displaced, err
}

func (d doomed) Replace(ctx context.Context, v verification.Verification) error {
	return d.pass(func() error { return d.store.Replace(ctx, v) })
}

func (d doomed) Settle(ctx context.Context, v verification.Verification, charge bool) error {
	return d.pass(func() error { return d.store.Settle(ctx, v, charge) })
}

func (d doomed) Tally(ctx context.Context, traffic verification.Traffic) (blocked bool, err error) {
	err = d.pass(func() (err error) { blocked, err = d.store.Tally(ctx, traffic); return err })
	return blocked, err
}

func (d doomed) Find(ctx context.Context, refs []verification.Ref) (found []verification.Verification, err error) {
	err = d.pass(func() (err error) { found, err = d.store.Find(ctx, refs); return err })
	return found, err
}

func (d doomed) Put(ctx context.Context, m verification.Job, delay time.Duration) error {
	return d.pass(func() error { return d.Outbox.Put(ctx, m, delay) })
}

func (d doomed) Send(ctx context.Context, n verification.OutboundMessage) (r verification.SendResult) {
	_ = d.pass(func() error { r = d.Sender.Send(ctx, n); return nil })
	return r
}

// doomedRig gives a rig whose dispatcher and requester die as the doom says; a death in a delivery
// hands the message out again.
func doomedRig(t *testing.T, d *doom) (r *rig, deliver func(context.Context, verification.Job, int) error, q verification.Requester) {
	t.Helper()
	r = newRig(t)
	all := doomed{r.store, r.box, r.provider, d}
	c := r.dispatcher()
	c.Store, c.Outbox, c.Sender = all, all, all
	q = r.requester()
	q.Store, q.Outbox = all, all
	return r, func(ctx context.Context, m verification.Job, received int) (err error) {
		defer func() {
			if dead := recover(); dead != nil {
				err = errors.New("killed")
			}
		}()
		return c.Deliver(ctx, m, received)
	}, q
}

// TestKilledAnywhere kills the process before and after each of its operations, and replays what
// the queue still holds.
func TestKilledAnywhere(t *testing.T) {
	t.Parallel()
	operations := 0
	for _, after := range []bool{false, true} {
		for at := 1; ; at++ {
			d := &doom{at: at, after: after}
			r, deliver, q := doomedRig(t, d)
			dead := requestUntilKilled(t, q)
			r.box.Advance(t.Context(), 2*time.Hour, r.Move, deliver)
			wantClean(t, r, fmt.Sprintf("killed at operation %d, after: %v", at, after))
			if !dead && r.provider.count() < 2 {
				t.Errorf("killed at operation %d, after %v: %d of 3 events", at, after, r.provider.count())
			}
			if d.count < at {
				operations = max(operations, at-1)
				break
			}
		}
	}
	if operations < 20 {
		t.Errorf("only %d operations were there to be killed at", operations)
	}
}

func requestUntilKilled(t *testing.T, q verification.Requester) (dead bool) {
	t.Helper()
	defer func() { dead = recover() != nil }()
	_, err := q.Request(t.Context(), caller(), order(t, map[string]string{"steps": "sms 125 sms 180 voice"}), newNonce(t))
	if err != nil {
		t.Error(err)
	}
	return false
}

// wantClean wants no event sent twice, no money held, no message left, and the number free.
func wantClean(t *testing.T, r *rig, when string) {
	t.Helper()
	seen := map[int]bool{}
	for _, n := range r.provider.sent {
		if seen[n.Event] {
			t.Errorf("%s: event %d was sent twice", when, n.Event)
		}
		seen[n.Event] = true
	}
	if l := r.ledger(t); l != (account.Ledger{Free: 10 * price}) || r.box.Len() != 0 {
		t.Errorf("%s: left %+v and %d messages", when, l, r.box.Len())
	}
	if _, err := r.requester().Request(t.Context(), caller(), order(t, nil), newNonce(t)); err != nil {
		t.Errorf("%s: the number is not free: %v", when, err)
	}
}

// TestEveryNthOperationFails has the store and the queue fail at intervals, carried out or not.
func TestEveryNthOperationFails(t *testing.T) {
	t.Parallel()
	for every := 3; every < 12; every++ {
		for _, after := range []bool{false, true} {
			r, deliver, q := doomedRig(t, &doom{every: every, after: after})
			_, err := q.Request(t.Context(), caller(),
				order(t, map[string]string{"steps": "sms 125 sms 180 voice"}), newNonce(t))
			if err != nil && fault.Of(err) != fault.Unavailable {
				t.Errorf("every %d: %v", every, err)
			}
			r.box.Advance(t.Context(), 2*time.Hour, r.Move, deliver)
			wantClean(t, r, fmt.Sprintf("every %d fails, carried out: %v", every, after))
		}
	}
}

func TestSameMessageTenTimesAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id, err := r.requester().Request(t.Context(), caller(),
		order(t, map[string]string{"steps": "sms 125 sms 180 voice"}), newNonce(t))
	if err != nil {
		t.Fatal(err)
	}
	m := verification.Job{ID: id, Key: 1, Event: 1, Due: begin}
	for event := 1; event <= 3; event++ {
		m.Event = event
		waits := 2 + min(event, 2) // the requester's, and one for each event but the last
		r.Move(200 * time.Second)
		var losers sync.WaitGroup
		losers.Add(9)
		r.provider.answer = func(verification.OutboundMessage) verification.Outcome { losers.Wait(); return verification.Accepted }
		later := atomic.Int32{}
		race(10, func(int) error {
			err := r.dispatcher().Deliver(t.Context(), m, 1)
			if err != nil {
				if !errors.As(err, new(verification.RetryAfter)) {
					t.Error(err)
				}
				later.Add(1)
				losers.Done()
			}
			return nil
		})
		if r.provider.count() != event || later.Load() != 9 || r.box.Len() != waits {
			t.Errorf("event %d: %d sent, %d put off, %d messages wait", event, r.provider.count(), later.Load(), r.box.Len())
		}
		r.Move(31 * time.Second)
		if err := r.dispatcher().Deliver(t.Context(), m, 2); err != nil || r.box.Len() != waits {
			t.Errorf("event %d repeated: %v, %d messages wait", event, err, r.box.Len())
		}
	}
}

func TestProviderOutcomes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer func(n verification.OutboundMessage) verification.Outcome
		story  string
		cost   int64
		events string
	}{
		"lost answer":      {func(verification.OutboundMessage) verification.Outcome { return verification.Unknown }, "0 sms A, 120 sms A", 2 * 33_300, "unknown unknown"},
		"refused":          {func(verification.OutboundMessage) verification.Outcome { return verification.Refused }, "", 0, "refused refused"},
		"throttled always": {func(verification.OutboundMessage) verification.Outcome { return verification.Throttled }, "", 0, "refused refused"},
		"throttled twice": {func(n verification.OutboundMessage) verification.Outcome {
			if n.Try < 2 {
				return verification.Throttled
			}
			return verification.Accepted
		}, "15 sms A, 150 sms A", 2 * 33_300, "accepted accepted"},
		"first refused": {func(n verification.OutboundMessage) verification.Outcome {
			if n.Event == 1 {
				return verification.Refused
			}
			return verification.Accepted
		}, "120 sms A", 33_300, "refused accepted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.provider.answer = test.answer
			id := r.request(t, map[string]string{"steps": "sms 120 sms"})
			r.advance(t, time.Hour)
			if got := r.story(); got != test.story {
				t.Errorf("sent %q, want %q", got, test.story)
			}
			report, outcomes := r.report(t, id), []string{}
			for _, e := range report.Events {
				outcomes = append(outcomes, string(e.Outcome))
			}
			if got := strings.Join(outcomes, " "); got != test.events || report.MessageCost() != test.cost || report.State != verification.Expired {
				t.Errorf("events %s, cost %d, %v", got, report.MessageCost(), report.State)
			}
			if r.ledger(t) != (account.Ledger{Free: 10 * price}) || r.box.Len() != 0 {
				t.Errorf("left %+v and %d messages", r.ledger(t), r.box.Len())
			}
		})
	}
}

func TestLongAfter(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.request(t, nil)
	code := r.provider.last(t).PIN.Reveal()
	r.Move(48 * time.Hour) // no message is handled in the meantime
	if got := r.report(t, id); got.State != verification.Expired {
		t.Errorf("it is %v", got.State)
	}
	wantFailure(t, r.check(t, id, code), unknownRequest, id)
	wantFailure(t, r.controller().Cancel(t.Context(), owner, id), unknownRequest, id)
	next, err := r.requester().Request(t.Context(), caller(), order(t, nil), newNonce(t))
	if err != nil {
		t.Fatalf("the number is not free: %v", err)
	}
	for event := 1; event <= 4; event++ { // the dead-letter queue is redriven
		m := verification.Job{ID: id, Key: 1, Event: event, Due: begin}
		if err := r.dispatcher().Deliver(t.Context(), m, 1); err != nil {
			t.Error(err)
		}
	}
	if r.provider.count() != 1 {
		t.Errorf("%d sent", r.provider.count())
	}
	if got := r.ledger(t); got != (account.Ledger{Free: 9 * price, Held: price}) {
		t.Errorf("the expired one is refunded otherwise than once: %+v", got)
	}
	r.advance(t, time.Second)
	if r.provider.last(t).RequestID != next || r.report(t, id).State != verification.Expired {
		t.Error("the new one does not run beside the old one's history")
	}
}

func TestMessageWithoutRecord(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	lone := verification.Job{ID: r.ring[0].RequestID(verification.Ref{Account: owner, Number: subscriber, Nonce: 5}), Key: 1, Event: 1, Due: begin}
	var later verification.RetryAfter
	for received := 1; received <= 2; received++ {
		if err := r.dispatcher().Deliver(t.Context(), lone, received); !errors.As(err, &later) || later.In != 2*time.Second {
			t.Errorf("handed out %d times: %v", received, err)
		}
	}
	if err := r.dispatcher().Deliver(t.Context(), lone, 3); err != nil {
		t.Errorf("the third time: %v", err)
	}
	lone.Event = 2
	if err := r.dispatcher().Deliver(t.Context(), lone, 1); err != nil {
		t.Errorf("a later event: %v", err)
	}
	for _, m := range []verification.Job{{ID: "x", Key: 1, Event: 1}, {ID: lone.ID, Key: 9, Event: 1}, {Event: 1}} {
		if err := r.dispatcher().Deliver(t.Context(), m, 1); !errors.Is(err, verification.ErrUndecodable) {
			t.Errorf("%+v gave %v", m, err)
		}
	}
}

// delays is a verification.Outbox that notes the delays it is asked for.
type delays struct {
	verification.Outbox
	longest time.Duration
}

func (d *delays) Put(ctx context.Context, m verification.Job, delay time.Duration) error {
	d.longest = max(d.longest, delay)
	return d.Outbox.Put(ctx, m, delay)
}

func TestLongWaitsTakeSeveralMessages(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	d := &delays{Outbox: r.box}
	r.outbox = d
	id := r.request(t, map[string]string{"steps": "sms", "expiry": "3600"})
	r.advance(t, 3598*time.Second)
	if got := r.report(t, id); got.State != verification.InProgress || r.ledger(t).Held != price {
		t.Errorf("%v, %+v", got.State, r.ledger(t))
	}
	r.advance(t, 8*time.Second)
	if d.longest != 15*time.Minute || r.ledger(t).Held != 0 || r.box.Len() != 0 {
		t.Errorf("longest delay %v, %+v, %d messages", d.longest, r.ledger(t), r.box.Len())
	}
}

// TestRightCodeAgainstNextEvent races the old PIN with the event that replaces it.
func TestRightCodeAgainstNextEvent(t *testing.T) {
	t.Parallel()
	for range 50 {
		r := newRig(t)
		id := r.request(t, map[string]string{"steps": "sms 60 sms", "expiry": "60"})
		code := r.provider.last(t).PIN.Reveal()
		r.Move(59 * time.Second)
		var checked error
		var done sync.WaitGroup
		done.Go(func() { checked = r.check(t, id, code) })
		done.Go(func() {
			m := verification.Job{ID: id, Key: 1, Event: 2, Due: r.Now()}
			if err := r.dispatcher().Deliver(t.Context(), m, 1); err != nil {
				t.Error(err)
			}
		})
		done.Wait()
		state, second := r.report(t, id).State, r.provider.count() == 2
		switch {
		case checked == nil && state != verification.Success, checked != nil && (state != verification.InProgress || !second):
			t.Errorf("check gave %v, it is %v, second event sent: %v", checked, state, second)
		case checked == nil && second: // the event had been claimed: then the old PIN was dead
			if r.provider.sent[0].PIN != r.provider.sent[1].PIN {
				t.Error("the old PIN was right although a new one was out")
			}
		}
	}
}
