package verification

import (
	"context"
	"errors"
	"time"

	"lineproof/shared/fault"
)

// beginWithin is how long a request may take to queue its first message and to write its record.
// The message is given up for dead 4 s after it was queued at the earliest (see tries), so a record
// that was written has its message.
const beginWithin = 3 * time.Second

// abandonWithin is how long the attempt may take to undo a write of which nobody knows whether it
// was carried out.
const abandonWithin = time.Second

// Requester begins verifications. One takes one message in the outbox and one call of the store.
type Requester struct {
	// Store begins them.
	Store BeginStore
	// Outbox takes the first message.
	Outbox Outbox
	// Keys are those in use.
	Keys Ring
	// Awaited, if anybody wants to know, is told of a silent step that waits for its device and has
	// a Callback, before the record is written: it may never be.
	Awaited func(ctx context.Context, id string, key uint32) error
	// Routed tells whether a sender reaches the country by the channel.
	Routed func(country string, c Channel) bool
	// Now tells the time.
	Now func() time.Time
}

// Request begins the verification of that nonce (see [NewNonce]) for the caller and returns its
// request_id. It fails with fault.Barred, NotOnDemoList, UnsupportedNetwork, Unroutable, Denied,
// Blocked (with the network as ID), TooManyRequests, NumberCapped, QuotaExceeded, Concurrent (with
// the live request_id) or Unavailable; then nothing has happened.
func (r Requester) Request(ctx context.Context, c Caller, o Order, nonce uint64) (string, error) {
	if err := r.admit(c, o); err != nil {
		return "", err
	}
	key := r.Keys.Active()
	s := r.start(c, o, nonce, key)
	id := key.RequestID(s.Verification.Ref)
	within, cancel := context.WithTimeout(ctx, beginWithin)
	defer cancel()
	v := s.Verification
	first := Job{ID: id, Key: key.Version(), Event: v.Event + 1, Due: v.due()}
	if err := r.Outbox.Put(within, first, min(first.Due.Sub(s.Now), longestDelay)); err != nil {
		return "", err
	}
	if r.Awaited != nil && v.Callback != "" && v.awaitsDevice() {
		if err := r.Awaited(within, id, key.Version()); err != nil {
			return "", err
		}
	}
	if r.Now().Sub(s.Now) >= beginWithin {
		return "", fault.New(fault.Unavailable)
	}
	displaced, err := r.begin(within, s)
	if err != nil {
		return "", err
	}
	r.announce(ctx, displaced, s.Now)
	return id, nil
}

// announce has a dispatcher look at the verification that another took the place of, when it is
// told of and not settled: its own messages may be lost.
func (r Requester) announce(ctx context.Context, displaced Verification, now time.Time) {
	if displaced.Nonce == 0 || displaced.Settled {
		return
	}
	if key, known := r.Keys.ByVersion(displaced.Key); known {
		announce(ctx, r.Outbox, nobody{}, displaced, key.IDKey, now)
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
	for _, line := range o.lines() {
		if err := r.admitLine(c, o, line); err != nil {
			return err
		}
	}
	return nil
}

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
		Unguarded:  o.Unguarded,
		Callback:   o.Callback,
		Reference:  o.Reference,
		Price:      t.price(o),
		SMSPrice:   t.SMSPrice,
		VoicePrice: t.VoicePrice,
		Conversion: t.Conversion,
		Sample:     t.Sample,
		Caps:       t.caps(),
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

// begin writes the record. When nobody knows whether it was written, it is undone: the client is
// told that it failed.
func (r Requester) begin(ctx context.Context, s Admission) (Verification, error) {
	displaced, err := r.Store.Begin(ctx, s)
	var live *LiveError
	switch {
	case err == nil:
		return displaced, nil
	case errors.As(err, &live):
		return Verification{}, r.concurrent(live.Live)
	case fault.Is(err, fault.Unavailable, fault.Internal):
		r.abandon(ctx, s.Verification.Ref)
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

// abandon outlives the request, whose time may be over.
func (r Requester) abandon(ctx context.Context, ref Ref) {
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), abandonWithin)
	defer cancel()
	// when that fails too, the dispatcher delivers what the store kept
	_ = r.Store.Abandon(within, ref, r.Now())
}
