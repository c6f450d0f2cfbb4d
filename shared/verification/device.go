package verification

import (
	"context"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/silent"
)

// DeviceProver carries out the silent step of a verification: it asks whose line the end user's
// device has, and gives the device the code that checks it. One takes a read and, when the proof
// changes something, one write; a step that an upstream begins takes two.
type DeviceProver struct {
	// Store keeps the records.
	Store DeviceStore
	// Outbox takes the job of the next step when the proof fails.
	Outbox Outbox
	// Keys are those in use.
	Keys Ring
	// Now tells the time.
	Now func() time.Time
}

// DeviceStore is what a silent step needs of the records: DispatchStore has both.
type DeviceStore interface {
	Finder
	// Replace is that of DispatchStore.
	Replace(ctx context.Context, v Verification) error
}

// Device tells whether a device's line has the number that the silent step asks for, or who can.
type Device func(ctx context.Context, asked Means) (Evidence, error)

// Evidence is what there is to tell of a device's line: a proof, unless one of the others stands.
type Evidence struct {
	silent.Proof

	// Location is where the device goes for one, and comes back from with it.
	Location string
	// Begin has an upstream carry the step out, as Begin says.
	Begin Begin
}

// Shown is what a device is shown for its line.
type Shown struct {
	// Outcome is what came of its request: Proved, Mismatched, Unproved or, when it is sent to an
	// upstream, Waiting.
	Outcome Outcome
	// Code checks the verification when it is Proved; empty otherwise.
	Code PIN
	// Redirect is where it is sent, when it is Proved with the code; empty when it is answered.
	Redirect string
}

// Prove asks about the device whose request the request_id came with, and returns what came of it.
// It may be repeated. Unless an earlier proof stands, all but Proved begins the next step at once.
// Prove fails with
// fault.UnknownRequest when no silent step of that request_id waits, and with Unavailable when a
// repetition may help.
func (p DeviceProver) Prove(
	ctx context.Context, id string, device Device,
) (Shown, error) {
	if own, wellFormed := ParseRequestID(id); wellFormed {
		id = own
	}
	v, key, err := p.waiting(ctx, id)
	if err != nil {
		return Shown{}, err
	}
	told, err := device(ctx, v.means(1))
	switch {
	case err != nil:
		return Shown{}, err
	case told.Location != "":
		return Shown{Waiting, PIN{}, told.Location}, nil
	case told.Begin != nil:
		return p.begin(ctx, id, v, key, told.Begin)
	}
	return p.settle(ctx, id, v, key, outcomeOf(told.Proof))
}

// settle writes what a device proved, unless an earlier proof stands.
func (p DeviceProver) settle(
	ctx context.Context, id string, v Verification, key Key, outcome Outcome,
) (Shown, error) {
	now := p.Now()
	v, does, err := amend(ctx, p.Store, v, func(v Verification) (Verification, bool) {
		if !v.provable(now) {
			return v, false
		}
		return v.proveDevice(outcome, now)
	})
	if does {
		announce(ctx, p.Outbox, Nobody, v, key.IDKey, now)
	}
	switch {
	case err != nil:
		return Shown{}, err
	case !does && !v.provable(now):
		return Shown{}, fault.New(fault.UnknownRequest).WithID(id)
	case outcome == Proved:
		return Shown{Proved, key.deviceCode(v.Ref), v.means(1).Redirect}, nil
	case does:
		goOn(ctx, p.Outbox, id, key.IDKey, v, now)
	}
	return Shown{outcome, PIN{}, ""}, nil
}

// waiting returns the verification whose silent step a device may prove.
func (p DeviceProver) waiting(ctx context.Context, id string) (Verification, Key, error) {
	refs, keys := candidates(p.Keys, id)
	if len(refs) > 0 {
		found, err := p.Store.Find(ctx, refs)
		if err != nil {
			return Verification{}, Key{}, err
		}
		for i, v := range found {
			if v.provable(p.Now()) {
				return v, keys[i], nil
			}
		}
	}
	return Verification{}, Key{}, fault.New(fault.UnknownRequest).WithID(id)
}

// goOn has the next step of a verification begin, or the end come, after a silent step that failed,
// unless that waits for a wish.
func goOn(
	ctx context.Context, outbox Outbox, id string, key IDKey, v Verification, now time.Time,
) {
	if v.OnDemand {
		return
	}
	next := Job{ID: id, Key: key.Version(), Event: v.Event + 1, Due: now}
	_ = outbox.Put(ctx, next, 0) // when that fails, the step ends in its own time
}

func outcomeOf(p silent.Proof) Outcome {
	switch p.Outcome {
	case silent.Same:
		return Proved
	case silent.Different:
		return Mismatched
	default:
		return Unproved
	}
}

// awaitDevice returns the new verification with its silent step begun: there is no code before the
// device has proved its line, and the job of the next step is in the outbox.
func (v Verification) awaitDevice(key Key, uncovered bool) Verification {
	v.Event, v.Queued, v.PINExpires = 1, true, time.Time{}
	v.Hash = key.hash(v.Ref, key.deviceCode(v.Ref))
	v.Events = []Event{{Channel: Silent, At: v.Submitted, Outcome: Waiting}}
	v.Expires = v.Plan.end(1, v.Submitted, v.Submitted.Add(v.Plan.Steps[0].Wait))
	if uncovered {
		v, _ = v.proveDevice(Unproved, v.Submitted)
	}
	return v
}

// stepEnds returns when the silent step gives way to the next, or to the end.
func (v Verification) stepEnds() time.Time {
	if v.Plan.events() == 1 {
		return v.Expires
	}
	return v.Submitted.Add(v.Plan.Steps[0].Wait)
}

// atDevice tells whether the silent step is the last that has begun.
func (v Verification) atDevice() bool { return v.Event == 1 && v.Plan.silent() }

// awaitsDevice tells whether the silent step waits for its device.
func (v Verification) awaitsDevice() bool { return v.atDevice() && v.Events[0].Outcome == Waiting }

// DeviceOutcome returns what its silent step has come to at now: Waiting or Proved while its code
// counts, Mismatched or Unproved, or Late when its time was over before it came to anything. It is
// Unproved of a verification without one.
func (v Verification) DeviceOutcome(now time.Time) Outcome {
	if !v.Plan.silent() || v.Event == 0 {
		return Unproved
	}
	switch o := v.Events[0].Outcome; {
	case o == Mismatched, o == Unproved, v.atDevice() && v.matched(), v.provable(now):
		return o
	default:
		return Late
	}
}

// provable tells whether a device may still prove its line.
func (v Verification) provable(now time.Time) bool {
	if !v.atDevice() || !v.Live(now) || !now.Before(v.stepEnds()) || v.Left < v.Skippable() {
		return false
	}
	return v.Events[0].Outcome == Waiting || v.Events[0].Outcome == Proved
}

// proveDevice returns the verification after what a device proved, or false when that changes
// nothing: an earlier proof stands. One that fails at the last step ends it, and so does one that
// needs no code.
func (v Verification) proveDevice(outcome Outcome, now time.Time) (Verification, bool) {
	if !v.awaitsDevice() {
		return v, false
	}
	v.Events = []Event{{Channel: Silent, At: v.Events[0].At, Outcome: outcome}}
	if outcome == Proved {
		v.PINExpires = v.stepEnds()
		if v.means(1).Codeless {
			v.Guess, v.Checked = v.Hash, now
			v.Attempts, v.Total = v.Attempts+1, v.Total+1
		}
		return v, true
	}
	if v.Plan.events() == 1 {
		v.Expires = now
	}
	if !v.OnDemand {
		v.Left = max(0, v.Left-1) // the next step begins without a call
	}
	return v, true
}
