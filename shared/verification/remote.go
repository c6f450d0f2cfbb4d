package verification

import (
	"context"
	"errors"
	"time"

	"lineproof/shared/fault"
)

// Remote is what an upstream has begun that carries a silent step out. It begins with the number,
// and gives the device a code that it alone can check.
type Remote struct {
	// Upstream names it, and Request is its name for what it has begun, at Address for devices; all
	// are empty before it has.
	Upstream, Request, Address string
	// Asked is when whoever asks the upstream began to; zero while nobody does. Nobody else asks it
	// meanwhile.
	Asked time.Time
}

// Begin has an upstream begin a silent step, in one call. It fails when that began nothing.
type Begin func(ctx context.Context) (Remote, error)

// askFor is how long whoever asks an upstream may take: after it, somebody else may ask.
const askFor = 10 * time.Second

// begin has an upstream carry the step out, and sends the device there. Of devices that come at
// once one has it begun.
func (p DeviceProver) begin(
	ctx context.Context, id string, v Verification, key Key, begin Begin,
) (Shown, error) {
	v, does, err := amend(ctx, p.Store, v, func(v Verification) (Verification, bool) {
		return v.beginRemote(p.Now())
	})
	switch {
	case err != nil:
		return Shown{}, err
	case !does:
		return p.begun(id, v)
	}
	made, err := begin(ctx)
	if err != nil {
		return p.settle(ctx, id, v, key, Unproved)
	}
	asked := v.Remote.Asked
	v, does, err = amend(ctx, p.Store, v, func(v Verification) (Verification, bool) {
		return v.begunRemote(asked, made)
	})
	switch {
	case err != nil:
		return Shown{}, err
	case !does:
		return Shown{Outcome: Unproved}, nil
	}
	return Shown{Waiting, PIN{}, v.Remote.Address}, nil
}

// begun returns what a device is shown that does not have the step begun: it is sent to where
// another has, and has to come again while that is under way.
func (p DeviceProver) begun(id string, v Verification) (Shown, error) {
	switch {
	case !v.provable(p.Now()):
		return Shown{}, fault.New(fault.UnknownRequest).WithID(id)
	case !v.awaitsDevice(): // an earlier proof stands
		return Shown{Outcome: Unproved}, nil
	case v.Remote.Address == "":
		return Shown{}, fault.New(fault.Unavailable)
	}
	return Shown{Waiting, PIN{}, v.Remote.Address}, nil
}

// beginRemote returns the verification while an upstream is asked to begin its silent step, or
// false when one has begun it, or is being asked, or when no device may prove its line any more.
func (v Verification) beginRemote(now time.Time) (Verification, bool) {
	if !v.awaitsDevice() || !v.provable(now) || v.Remote.Request != "" || v.asking(now) {
		return v, false
	}
	v.Remote = Remote{Asked: now}
	return v, true
}

// begunRemote returns the verification with what the upstream has begun that was asked then, or
// false when the step waits no longer, or for another.
func (v Verification) begunRemote(asked time.Time, made Remote) (Verification, bool) {
	if !v.awaitsDevice() || !v.Remote.Asked.Equal(asked) {
		return v, false
	}
	v.Remote, v.Remote.Asked = made, time.Time{}
	return v, true
}

// asking tells whether somebody is asking the upstream.
func (v Verification) asking(now time.Time) bool {
	return now.Before(v.Remote.Asked.Add(askFor))
}

// remote tells whether the silent step waits for a code that an upstream checks.
func (v Verification) remote(now time.Time) bool {
	return v.Remote.Request != "" && v.awaitsDevice() && v.provable(now)
}

// askRemote returns the verification while its upstream is asked about a code, or false when that
// is asked already.
func (v Verification) askRemote(now time.Time) (Verification, bool) {
	if !v.remote(now) || v.asking(now) {
		return v, false
	}
	v.Remote.Asked = now
	return v, true
}

// tried returns the verification after what its upstream, asked at that time, said of the code of
// an attempt, or false when the step waits for that no longer. A code that is right or wrong counts
// as an attempt, and no other does.
func (v Verification) tried(
	a Attempt, asked time.Time, said Outcome, failed error,
) (Verification, bool) {
	if !v.awaitsDevice() || !v.Live(a.Now) || !v.Remote.Asked.Equal(asked) {
		return v, false
	}
	v.Remote.Asked = time.Time{}
	switch {
	case fault.Is(failed, fault.WrongCode):
		v = v.count(a)
		v.Guess = nil // the upstream alone tells which code is right
	case failed != nil:
	case said == Proved:
		v = v.count(a)
		v.Hash = a.Guess
		v.Events = []Event{{Channel: Silent, At: v.Events[0].At, Outcome: Proved}}
	default:
		v, _ = v.proveDevice(said, a.Now)
	}
	return v, true
}

// amend writes what change makes of a verification, or of it as it stands by now, and returns it as
// it then stands; false when change makes nothing of it.
func amend(
	ctx context.Context, store DeviceStore, v Verification,
	change func(Verification) (Verification, bool),
) (Verification, bool, error) {
	for range races {
		changed, does := change(v)
		if !does {
			return v, false, nil
		}
		err := store.Replace(ctx, changed)
		switch {
		case err == nil:
			changed.Revision++
			return changed, true, nil
		case !errors.Is(err, ErrRefused):
			return Verification{}, false, err
		}
		found, err := store.Find(ctx, []Ref{v.Ref})
		if err != nil {
			return Verification{}, false, err
		}
		v = found[0]
	}
	return Verification{}, false, fault.New(fault.Unavailable)
}
