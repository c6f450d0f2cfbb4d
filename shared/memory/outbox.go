package memory

import (
	"container/heap"
	"context"
	"errors"
	"sync"
	"time"

	"lineproof/shared/verification"
)

// Outbox is a verification.Outbox driven by a clock that may be moved. It hands out each message
// once, in the order in which they fall due, and again when its handler asks for that.
type Outbox struct {
	now func() time.Time
	// held while messages are handled, so that a clock is not moved under their handler; but not
	// while those of a Beside are, whose handlers may wait for someone who wants it
	running sync.Mutex

	mu      sync.Mutex
	waiting queue
	besides queue // those of a Beside
	abroad  bool  // one of a Beside is being handled: they come one by one
	arrived int   // how many messages were ever added
	wake    chan struct{}
}

// delayed is a message that waits, the nth that was added, of the verification with that
// request_id.
type delayed struct {
	id       string
	beside   bool
	hand     func(ctx context.Context, deliver handler, received int) error
	due      time.Time
	received int
	nth      int
}

// handler handles a message of PIN verification.
type handler = func(context.Context, verification.Job, int) error

// before tells whether a message is handed out before another: by due time, then by order of
// arrival.
func (d *delayed) before(other *delayed) bool {
	if d.due.Equal(other.due) {
		return d.nth < other.nth
	}
	return d.due.Before(other.due)
}

// queue is a heap of messages, the next one first.
type queue []*delayed

// Len returns how many messages wait.
func (q queue) Len() int { return len(q) }

// Less tells whether the ith is handed out before the jth.
func (q queue) Less(i, j int) bool { return q[i].before(q[j]) }

// Swap swaps two.
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push appends one.
func (q *queue) Push(x any) {
	*q = append(*q, x.(*delayed)) //nolint:errcheck // nothing else is pushed
}

// Pop takes the last.
func (q *queue) Pop() any {
	last := len(*q) - 1
	d := (*q)[last]
	(*q)[last], *q = nil, (*q)[:last]
	return d
}

// redeliverIn is the delay of redelivery after a handler failed.
const redeliverIn = 2 * time.Second

// quietEvery is how often Quiet looks.
const quietEvery = 20 * time.Millisecond

// mostReceived is how often a message is handed out to a handler that fails.
const mostReceived = 10

// NewOutbox gives an empty outbox that reads the clock now.
func NewOutbox(now func() time.Time) *Outbox {
	return &Outbox{now: now, wake: make(chan struct{}, 1)}
}

// Put keeps a message until the delay has passed.
func (o *Outbox) Put(_ context.Context, m verification.Job, delay time.Duration) error {
	o.put(&delayed{id: m.ID, hand: func(ctx context.Context, deliver handler, received int) error {
		return deliver(ctx, m, received)
	}}, delay)
	return nil
}

func (o *Outbox) put(d *delayed, delay time.Duration) {
	d.due = o.now().Add(max(delay, 0))
	o.add(d)
}

// Beside is an outbox of messages of another kind, which wait among those of an Outbox: whoever
// runs that runs both by one clock. While one is handled, others may run the outbox.
type Beside[M any] struct {
	// Outbox is the other.
	Outbox *Outbox
	// ID returns the request_id that a message belongs to.
	ID func(m M) string
	// Deliver handles a message, as verification.Dispatcher.Deliver does.
	Deliver func(ctx context.Context, m M, received int) error
}

// Put keeps a message until the delay has passed.
func (b Beside[M]) Put(_ context.Context, m M, delay time.Duration) error {
	hand := func(ctx context.Context, _ handler, received int) error {
		return b.Deliver(ctx, m, received)
	}
	b.Outbox.put(&delayed{id: b.ID(m), beside: true, hand: hand}, delay)
	return nil
}

func (o *Outbox) add(d *delayed) {
	o.mu.Lock()
	d.nth = o.arrived
	o.arrived++
	heap.Push(o.queueOf(d), d)
	o.mu.Unlock()
	o.Wake()
}

func (o *Outbox) queueOf(d *delayed) *queue {
	if d.beside {
		return &o.besides
	}
	return &o.waiting
}

// first returns the message that is handed out next, or nil. While one of a Beside is being
// handled, the others have to wait for that, and are not counted.
func (o *Outbox) first() *delayed {
	var first *delayed
	for _, q := range []queue{o.waiting, o.besides} {
		if len(q) > 0 && (first == nil || q[0].before(first)) && !(q[0].beside && o.abroad) {
			first = q[0]
		}
	}
	return first
}

// Wake makes Serve look at the clock again, which someone has moved.
func (o *Outbox) Wake() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// Next gives when the next message falls due.
func (o *Outbox) Next() (time.Time, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	first := o.first()
	if first == nil {
		return time.Time{}, false
	}
	return first.due, true
}

// Len gives how many messages wait.
func (o *Outbox) Len() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.waiting) + len(o.besides)
}

// Reset forgets every message.
func (o *Outbox) Reset() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting, o.besides = nil, nil
}

// Run handles every message that is due, also those that become due by it, and gives how many that
// were.
func (o *Outbox) Run(ctx context.Context, deliver handler) int {
	o.running.Lock()
	defer o.running.Unlock()
	return o.run(ctx, deliver)
}

// Quiet runs the outbox until no message of a Beside is being handled, but no longer than that.
func (o *Outbox) Quiet(ctx context.Context, deliver handler, atMost time.Duration) {
	for end := time.Now().Add(atMost); ; time.Sleep(quietEvery) {
		o.Run(ctx, deliver)
		if !o.busy() || ctx.Err() != nil || time.Now().After(end) {
			return
		}
	}
}

func (o *Outbox) busy() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.abroad
}

// Await waits until a message of the request_id that was handed back is due again, of any request
// when the id is empty. It gives false at once when there is none.
func (o *Outbox) Await(ctx context.Context, id string) bool {
	due, waits := o.handedBack(id)
	if !waits {
		return false
	}
	timer := time.NewTimer(max(due.Sub(o.now()), 0))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

func (o *Outbox) handedBack(id string) (time.Time, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var first *delayed
	for _, d := range o.waiting {
		if d.received > 0 && (id == "" || d.id == id) && (first == nil || d.before(first)) {
			first = d
		}
	}
	if first == nil {
		return time.Time{}, false
	}
	return first.due, true
}

func (o *Outbox) run(ctx context.Context, deliver handler) int {
	for handled := 0; ; handled++ {
		d, due := o.take()
		if !due {
			return handled
		}
		if d.beside {
			o.running.Unlock()
		}
		o.handOut(ctx, d, deliver)
		if d.beside {
			o.running.Lock()
		}
	}
}

// handOut has a message handled, and keeps it when it has to be handed out again.
func (o *Outbox) handOut(ctx context.Context, d *delayed, deliver handler) {
	defer o.done(d)
	d.received++
	err := d.hand(ctx, deliver, d.received)
	var later verification.RetryAfter
	switch {
	case err == nil || d.received >= mostReceived:
		return
	case errors.As(err, &later):
		d.due = o.now().Add(later.In)
	default:
		d.due = o.now().Add(redeliverIn)
	}
	o.add(d)
}

func (o *Outbox) take() (*delayed, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	d := o.first()
	if d == nil || d.due.After(o.now()) {
		return nil, false
	}
	heap.Pop(o.queueOf(d))
	o.abroad = o.abroad || d.beside
	return d, true
}

// done notes that a message was handled, so that the next one of a Beside may come.
func (o *Outbox) done(d *delayed) {
	if !d.beside {
		return
	}
	o.mu.Lock()
	o.abroad = false
	o.mu.Unlock()
	o.Wake()
}

// Serve handles messages as they fall due until ctx ends.
func (o *Outbox) Serve(ctx context.Context, deliver handler) {
	for {
		o.Run(ctx, deliver)
		timer := time.NewTimer(o.untilNext())
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-o.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// idle is how long Serve sleeps when nothing waits; Put wakes it.
const idle = time.Hour

func (o *Outbox) untilNext() time.Duration {
	if due, waits := o.Next(); waits {
		return max(due.Sub(o.now()), 0)
	}
	return idle
}

// Advance moves a clock by d, in steps that end where messages fall due, and handles them there;
// move moves the clock that the outbox reads. So each message finds the time for which it was
// meant.
func (o *Outbox) Advance(
	ctx context.Context,
	d time.Duration,
	move func(time.Duration),
	deliver handler,
) {
	o.running.Lock()
	defer o.running.Unlock()
	target := o.now().Add(d)
	for {
		due, waits := o.Next()
		if !waits || due.After(target) {
			break
		}
		if step := due.Sub(o.now()); step > 0 {
			move(step)
		}
		o.run(ctx, deliver)
	}
	if rest := target.Sub(o.now()); rest > 0 {
		move(rest)
	}
	o.run(ctx, deliver)
}
