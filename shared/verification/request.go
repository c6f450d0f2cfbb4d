package verification

import (
	"context"
	"errors"
	"io"
	"time"

	"lineproof/shared/fault"
)

// requestWithin is how long a request may take to write its record and to queue its jobs. Less when
// its caller has less (see inTime).
const requestWithin = 5 * time.Second

// undoWithin is how long it may take after that to have nothing sent after all, or the message: so
// many tries to withdraw the verification, and one to queue the message, a second each.
const (
	withdrawTries = 2
	tryWithin     = time.Second
	undoWithin    = (withdrawTries + 1) * tryWithin
)

// Requester begins verifications. It queues the end of one before it writes the record, so that
// none is left to itself, and the first message once the record is known to stand: so nothing is
// sent for a request that failed. One takes two jobs in the outbox and one call of the store.
type Requester struct {
	// Store begins them.
	Store BeginStore
	// Outbox takes the end and the first message.
	Outbox Outbox
	// Keys are those in use.
	Keys Ring
	// Awaited, if anybody wants to know, is told of a silent step that waits for its device and has
	// a Callback, once the record stands.
	Awaited func(ctx context.Context, id string, key uint32) error
	// Routed tells whether a sender reaches the country by the channel.
	Routed func(country string, c Channel) bool
	// Now tells the time.
	Now func() time.Time
}

// Request begins the verification of that nonce (see NewNonce) for the caller and returns its
// request_id. It fails with fault.Barred, NotOnDemoList, UnsupportedNetwork, Unroutable, Denied,
// Blocked (with the network as ID), TooManyRequests, NumberCapped, QuotaExceeded, Concurrent (with
// the live request_id) or Unavailable; then nothing has happened, and nothing is sent. One that was
// begun before is not begun again, but returned. The message of what is returned is queued, unless
// outbox and store both ceased to answer when that was to be done.
func (r Requester) Request(ctx context.Context, c Caller, o Order, nonce uint64) (string, error) {
	if err := r.admit(c, o); err != nil {
		return "", err
	}
	key := r.Keys.Active()
	s := r.start(c, o, nonce, key)
	v := s.Verification
	m := Job{ID: key.RequestID(v.Ref), Key: v.Key, Event: v.Plan.events() + 1, Due: v.settleFrom()}
	within, cancel := inTime(ctx)
	defer cancel()
	if err := r.Outbox.Put(within, m, min(m.Due.Sub(s.Now), longestDelay)); err != nil {
		return "", err
	}
	displaced, err := r.begin(within, s)
	if err != nil {
		return "", err
	}
	r.announce(within, displaced, s.Now)
	m.Event, m.Due = v.Event+1, v.due()
	queue := func(ctx context.Context) error { return r.queue(ctx, m, v) }
	if err := r.send(within, v.Ref, queue); err != nil {
		return "", err
	}
	return m.ID, nil
}

// NewNonce draws the nonce of a verification for Request, by which its request_id is a UUID of
// version 4 (see [UUID]). It fails as random does.
func (r Requester) NewNonce(c Caller, o Order, random io.Reader) (uint64, error) {
	ref := Ref{Account: c.Account, Number: o.Line.Number}
	return r.Keys.Active().newNonce(ref, random)
}

// inTime returns the context of a request, which ends early enough to undo it.
func inTime(ctx context.Context) (context.Context, context.CancelFunc) {
	timeout := requestWithin
	if end, ends := ctx.Deadline(); ends {
		timeout = min(timeout, time.Until(end)-undoWithin)
	}
	return context.WithTimeout(ctx, timeout)
}

// send queues the first message of a verification that stands. When nobody knows whether it is
// queued, the verification is withdrawn; where a dispatcher sends already, it is queued. When
// nobody can tell that either, it is queued once more and counts as queued.
func (r Requester) send(
	ctx context.Context, ref Ref, queue func(context.Context) error,
) error {
	failed := queue(ctx)
	if failed == nil {
		return nil
	}
	for range withdrawTries {
		withdrawn, err := r.withdraw(ctx, ref)
		switch {
		case withdrawn:
			return failed
		case err == nil:
			return nil
		}
	}
	within, cancel := oneTry(ctx)
	defer cancel()
	_ = queue(within)
	return nil
}

// queue queues the first message, after the news of a silent step that waits. A silent step that
// stands alone, or whose next one waits for a wish, has the end follow it, which is queued.
func (r Requester) queue(ctx context.Context, m Job, v Verification) error {
	if r.Awaited != nil && v.Callback != "" && v.awaitsDevice() {
		if err := r.Awaited(ctx, m.ID, m.Key); err != nil {
			return err
		}
	}
	if m.Event > v.Plan.events() || v.OnDemand && v.Event > 0 {
		return nil
	}
	return r.Outbox.Put(ctx, m, min(max(0, m.Due.Sub(r.Now())), longestDelay))
}

// oneTry returns the context of what outlives the request, whose time may be over.
func oneTry(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), tryWithin)
}

// Resume queues the first message of a verification that an earlier call began, and perhaps did not
// queue it for. It fails with a fault.Unavailable.
func (r Requester) Resume(ctx context.Context, v Verification) error {
	key, known := r.Keys.ByVersion(v.Key)
	if !known || v.Event > 0 || !v.Live(r.Now()) {
		return nil
	}
	m := Job{ID: key.RequestID(v.Ref), Key: v.Key, Event: 1, Due: r.Now()}
	return r.Outbox.Put(ctx, m, 0)
}

// announce has a dispatcher look at the verification that another took the place of, when it is
// told of and not settled: its own messages may be lost.
func (r Requester) announce(ctx context.Context, displaced Verification, now time.Time) {
	if displaced.Nonce == 0 || displaced.Settled {
		return
	}
	if key, known := r.Keys.ByVersion(displaced.Key); known {
		announce(ctx, r.Outbox, Nobody, displaced, key.IDKey, now)
	}
}

// admit refuses what can be refused without a store.
func (r Requester) admit(c Caller, o Order) error {
	if err := c.admits(o.Line.Number); err != nil {
		return err
	}
	switch {
	case !terms(c.Terms).accept(o):
		return fault.New(fault.InvalidParam)
	case !o.Line.Type.is(o.Type):
		return fault.In(fault.UnsupportedNetwork, "number")
	case c.Terms.SpendPerDay > 0 && c.Terms.SpendPerDay < terms(c.Terms).price(o):
		return fault.New(fault.QuotaExceeded)
	}
	for i, line := range o.lines() {
		if err := r.admitLine(c, o, line); err != nil {
			return StepError{i, err}
		}
	}
	return nil
}

// StepError is the failure of a request that lies in one of its steps.
type StepError struct {
	// Step is the step's index.
	Step int
	// Err is the failure.
	Err error
}

// Error returns the failure's text.
func (e StepError) Error() string { return e.Err.Error() }

// Unwrap returns the failure.
func (e StepError) Unwrap() error { return e.Err }

// admitLine refuses a line that a step may not reach. Test numbers stand among their like.
func (r Requester) admitLine(c Caller, o Order, line Line) error {
	switch {
	case !terms(c.Terms).allows(line.Country), !terms(c.Terms).reaches(line.Type),
		line.Number.IsSandbox() != o.Line.Number.IsSandbox():
		return fault.In(fault.UnsupportedNetwork, "number")
	case !r.routed(o, line):
		return fault.In(fault.Unroutable, "number")
	}
	if line.Number != o.Line.Number {
		if err := c.admits(line.Number); err != nil {
			return err
		}
	}
	err := refusal(line.Number)
	if o.Onward && fault.Is(err, fault.Blocked) { // its messages are held back
		return nil
	}
	return err
}

// routed tells whether every channel by which the plan reaches the line has a sender; test numbers
// need none.
func (r Requester) routed(o Order, line Line) bool {
	for _, step := range o.Plan.Steps {
		to := o.Line.Number
		if !step.To.IsZero() {
			to = step.To
		}
		if to == line.Number && step.Channel != Silent && !to.IsSandbox() &&
			!r.Routed(line.Country, step.Channel) {
			return false
		}
	}
	return true
}

func (r Requester) start(c Caller, o Order, nonce uint64, key Key) Admission {
	now, t := r.Now(), terms(c.Terms)
	if o.Line.Number.IsSandbox() {
		t = t.forTests()
	}
	v := newVerification(Ref{c.Account, o.Line.Number, nonce}, o, t, key, now)
	rate, daily := t.rate(), requests(t.PerDay, day)
	if o.Admitted {
		rate, daily = Limit{}, Limit{}
	}
	return Admission{
		Verification:   v,
		Rate:           rate,
		Daily:          daily,
		Spend:          t.spend(),
		Number:         t.number(),
		Line:           t.line(),
		Network:        requests(t.PerNetwork, day),
		Address:        requests(t.PerAddress, day),
		NumberFailures: t.NumberFailures,
		Tries:          o.Tries,
		Policy:         o.Policy,
		Pause:          time.Duration(t.NumberPause) * time.Second,
		Client:         o.Client,
		Now:            now,
	}
}

func newVerification(ref Ref, o Order, t terms, key Key, now time.Time) Verification {
	v := Verification{
		Ref:        ref,
		Submitted:  now,
		PINExpires: now.Add(o.Plan.Expiry),
		Left:       o.Plan.events() - 1,
		Revision:   1,
	}
	v.Expires = o.Plan.end(1, now, v.PINExpires)
	v.Detail = Detail{
		Key:        key.Version(),
		Brand:      o.Brand,
		Payee:      o.Payee,
		Amount:     o.Amount,
		Sender:     o.Sender,
		Locale:     o.Locale,
		Country:    o.Line.Country,
		Domain:     t.Domain,
		AppHash:    t.AppHash,
		Digits:     o.Digits,
		Plan:       o.Plan,
		Generation: 1,
		Onward:     o.Onward,
		OnDemand:   o.OnDemand,
		Unguarded:  o.Unguarded,
		Callback:   o.Callback,
		Reference:  o.Reference,
		Price:      t.price(o),
		SMSPrice:   t.SMSPrice,
		VoicePrice: t.VoicePrice,
		Conversion: t.Conversion,
		Sample:     t.Sample,
		Caps:       t.caps(),
		EndQueued:  true,
	}
	if t.Prepaid {
		v.Held = v.Price
	}
	if t.PerNetwork > 0 || t.Conversion > 0 || t.NetworkCostPerDay > 0 {
		v.Network = NetworkOf(ref.Number)
	}
	v.Code = key.lock(ref, o.Code)
	v.Hash = key.hash(ref, v.pin(key))
	if o.Plan.silent() {
		v = v.awaitDevice(key, o.Uncovered)
	}
	return v
}

// begin writes the record. When nobody knows whether it was written, it is withdrawn, so that the
// number is free; no message of it is queued.
func (r Requester) begin(ctx context.Context, s Admission) (Verification, error) {
	displaced, err := r.Store.Begin(ctx, s)
	var live *LiveError
	switch {
	case err == nil:
		return displaced, nil
	case errors.As(err, &live) && live.Live.Ref == s.Verification.Ref:
		return Verification{}, nil
	case errors.As(err, &live):
		return Verification{}, r.concurrent(live.Live)
	case fault.Is(err, fault.Unavailable, fault.Internal):
		_, _ = r.withdraw(ctx, s.Verification.Ref)
	}
	return Verification{}, err
}

func (r Requester) concurrent(live Verification) error {
	key, known := r.Keys.ByVersion(live.Key)
	if !known {
		return fault.New(fault.Concurrent)
	}
	return fault.New(fault.Concurrent).WithID(key.RequestID(live.Ref))
}

// withdraw has no event of the verification begin, and tells whether that is so.
func (r Requester) withdraw(ctx context.Context, ref Ref) (withdrawn bool, err error) {
	within, cancel := oneTry(ctx)
	defer cancel()
	return r.Store.Withdraw(within, ref, r.Now())
}
