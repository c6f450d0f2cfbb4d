package verification_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/silent"
	"lineproof/shared/verification"
)

const silentFirst = "silent 60 sms 60 voice"

// holds is a device whose line has that number; of 0 nobody knows.
func holds(number uint64) verification.Device {
	return func(_ context.Context, asked verification.Means) (verification.Evidence, error) {
		if number == 0 {
			return proof(silent.Proof{Why: fault.NotNetworkAuthenticated}), nil
		}
		return proof(silent.Told(asked.To.Uint64() == number)), nil
	}
}

// proof is evidence that is one.
func proof(p silent.Proof) verification.Evidence { return verification.Evidence{Proof: p} }

func (r *rig) device() verification.DeviceProver {
	return verification.DeviceProver{Store: r.store, Outbox: r.outbox, Keys: r.ring, Now: r.Now}
}

// prove has a device come and returns what came of it, with the code.
func (r *rig) prove(
	t testing.TB, id string, device verification.Device,
) (verification.Outcome, string, error) {
	t.Helper()
	shown, err := r.device().Prove(t.Context(), id, device)
	return shown.Outcome, shown.Code.Reveal(), err
}

// The code that a device is given for its line checks the verification, and nothing is sent.
func TestDeviceProvesItsLine(t *testing.T) {
	t.Parallel()
	for name, steps := range map[string]string{"first": silentFirst, "alone": "silent 60"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.request(t, map[string]string{"steps": steps})
			r.Move(20 * time.Second)
			wantKind(t, r.check(t, id, "anything"), fault.NoCode)
			outcome, code, err := r.prove(t, id, holds(subscriber.Uint64()))
			if err != nil || outcome != verification.Proved || len(code) < 20 {
				t.Fatalf("proved %q, a code of %d, %v", outcome, len(code), err)
			}
			wantKind(t, r.check(t, id, wrong(code)), fault.WrongCode)
			if _, again, err := r.prove(t, id, holds(subscriber.Uint64())); again != code || err != nil {
				t.Errorf("the second time gave another code, or %v", err)
			}
			if err := r.check(t, id, code); err != nil {
				t.Errorf("the code is refused: %v", err)
			}
			r.advance(t, time.Hour)
			if n := r.provider.count(); n != 0 {
				t.Errorf("%d messages were sent", n)
			}
			if l := r.ledger(t); l.Charged != price || l.Held != 0 {
				t.Errorf("the ledger is %+v", l)
			}
			if cost := r.report(t, id).MessageCost(); cost != 0 {
				t.Errorf("messages cost %d", cost)
			}
		})
	}
}

// Another line, and one that nobody knows, begin the next step at once; a call of the owner's who
// wants that begins no other.
func TestDeviceThatProvesNothing(t *testing.T) {
	t.Parallel()
	for want, device := range map[verification.Outcome]verification.Device{
		verification.Mismatched: holds(447700900999), verification.Unproved: holds(0),
	} {
		t.Run(string(want), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.request(t, map[string]string{"steps": "silent 60 sms"})
			if outcome, code, err := r.prove(t, id, device); outcome != want || code != "" || err != nil {
				t.Fatalf("proved %q, %q, %v", outcome, code, err)
			}
			r.wishNext(t, id)
			r.advance(t, time.Second)
			r.wishNext(t, id)
			r.advance(t, calm)
			err := r.controller().TriggerNextEvent(t.Context(), owner, id)
			wantKind(t, err, fault.NoMoreEvents)
			if n := r.provider.count(); n != 1 {
				t.Fatalf("%d messages were sent, want 1", n)
			}
			_, _, err = r.prove(t, id, holds(subscriber.Uint64()))
			wantKind(t, err, fault.UnknownRequest)
			if err := r.check(t, id, r.provider.last(t).PIN.Reveal()); err != nil {
				t.Errorf("the PIN is refused: %v", err)
			}
			if e := r.report(t, id).Events[0]; e.Channel != verification.Silent || e.Outcome != want {
				t.Errorf("the first event is %+v", e)
			}
		})
	}
}

// calm is how long a step that began by itself is the one that owners ask for.
const calm = 10 * time.Second

// wishNext has the owner ask for the next event, and the outbox carry out what is due.
func (r *rig) wishNext(t testing.TB, id string) {
	t.Helper()
	if err := r.controller().TriggerNextEvent(t.Context(), owner, id); err != nil {
		t.Fatal(err)
	}
	r.advance(t, 0)
}

// Owners ask for the next step who do not know that it has begun by itself. They get that one, and
// the one after it when they ask again later.
func TestNextStepHasJustBegun(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		steps string
		moves func(t *testing.T, r *rig, id string)
	}{
		"another line": {silentFirst, func(t *testing.T, r *rig, id string) {
			_, _, _ = r.prove(t, id, holds(1))
			r.advance(t, 0)
		}},
		"no line": {silentFirst, func(t *testing.T, r *rig, id string) {
			_, _, _ = r.prove(t, id, holds(0))
			r.advance(t, 0)
		}},
		"no device":     {silentFirst, func(t *testing.T, r *rig, _ string) { r.advance(t, time.Minute) }},
		"nobody called": {"voice 60 sms 60 voice", func(t *testing.T, r *rig, _ string) { r.advance(t, time.Minute) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id, err := r.begin(t, map[string]string{"steps": test.steps},
				func(o *verification.Order) { o.Onward = true })
			if err != nil {
				t.Fatal(err)
			}
			r.advance(t, 0)
			test.moves(t, r, id)
			for _, wait := range []time.Duration{0, 0, calm - 1, 1} {
				r.advance(t, wait)
				if last := r.provider.last(t); wait != 1 && last.Channel != verification.SMS {
					t.Fatalf("after %s the last message is by %s", wait, last.Channel)
				}
				r.wishNext(t, id)
			}
			if last := r.provider.last(t); last.Channel != verification.Voice {
				t.Errorf("in the end the last message is by %s", last.Channel)
			}
		})
	}
}

// brokenOutbox fails so many times.
type brokenOutbox struct {
	verification.Outbox

	fails int
}

func (o *brokenOutbox) Put(ctx context.Context, m verification.Job, after time.Duration) error {
	if o.fails--; o.fails >= 0 {
		return fault.New(fault.Unavailable)
	}
	return o.Outbox.Put(ctx, m, after)
}

// lastingStore never gives a skip back.
type lastingStore struct{ verification.ControlStore }

func (s lastingStore) Skip(
	ctx context.Context, w verification.Wish,
) (verification.Verification, verification.GiveBack, error) {
	v, _, err := s.ControlStore.Skip(ctx, w)
	return v, func(context.Context) error { return fault.New(fault.Unavailable) }, err
}

// A call that is repeated moves on once, and not at all for nothing; of two calls before a step has
// begun one counts. What failed is carried out when it comes again, also where nobody could undo
// it.
func TestNextStepOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		calls  string // each by the call of that letter; . waits for what is due
		fails  int
		lasts  bool
		events int // begun in the end
	}{
		"once":                        {"a.", 0, false, 2},
		"again at once":               {"aa.", 0, false, 2},
		"again later":                 {"a.a.", 0, false, 2},
		"two at once":                 {"ab.", 0, false, 2},
		"one after the other":         {"a.b.", 0, false, 3},
		"the first after the other":   {"a.b.b.", 0, false, 3},
		"failed":                      {"a.", 1, false, 1},
		"failed, again":               {"a.a.", 1, false, 2},
		"failed, another":             {"a.b.", 1, false, 2},
		"failed for good, again":      {"a.a.", 1, true, 2},
		"failed for good, another":    {"a.b.", 1, true, 2},
		"failed for good, both again": {"a.ab.", 1, true, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.request(t, map[string]string{"steps": silentFirst})
			c := r.controller()
			c.Outbox = &brokenOutbox{c.Outbox, test.fails}
			if test.lasts {
				c.Store = lastingStore{c.Store}
			}
			for i, by := range test.calls {
				if by == '.' {
					r.advance(t, time.Second)
					continue
				}
				_, err := c.NextStep(t.Context(), owner, id, []byte{byte(by)})
				if fails := i < test.fails; fails != (err != nil) {
					t.Errorf("call %d: %v", i, err)
				}
			}
			if got := len(r.report(t, id).Events); got != test.events {
				t.Errorf("%d events have begun, want %d", got, test.events)
			}
		})
	}
	r := newRig(t)
	for range 2 {
		_, err := r.controller().NextStep(t.Context(), owner, "0123456789abcdef0123456789abcdef", []byte("a"))
		wantKind(t, err, fault.UnknownRequest)
	}
}

// A device that never comes has the next step begin when its time is over, or by the owner's wish.
// The silent code is dead from then on.
func TestDeviceComesTooLate(t *testing.T) {
	t.Parallel()
	for name, move := range map[string]func(t *testing.T, r *rig, id string){
		"a wish that is to be met": func(t *testing.T, r *rig, id string) {
			if _, err := r.controller().NextStep(t.Context(), owner, id, []byte("a")); err != nil {
				t.Fatal(err)
			}
			_, _, err := r.prove(t, id, holds(subscriber.Uint64()))
			wantKind(t, err, fault.UnknownRequest)
			r.advance(t, time.Second)
		},
		"time": func(t *testing.T, r *rig, _ string) { r.advance(t, 60*time.Second) },
		"owner": func(t *testing.T, r *rig, id string) {
			if err := r.controller().TriggerNextEvent(t.Context(), owner, id); err != nil {
				t.Fatal(err)
			}
			r.advance(t, time.Second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.request(t, map[string]string{"steps": silentFirst})
			_, code, err := r.prove(t, id, holds(subscriber.Uint64()))
			if err != nil {
				t.Fatal(err)
			}
			move(t, r, id)
			_, _, err = r.prove(t, id, holds(subscriber.Uint64()))
			wantKind(t, err, fault.UnknownRequest)
			wantKind(t, r.check(t, id, code), fault.WrongCode)
			if err := r.check(t, id, r.provider.last(t).PIN.Reveal()); err != nil {
				t.Errorf("the PIN is refused: %v", err)
			}
		})
	}
}

// Alone, a silent step without a device ends the verification, and nothing is charged.
func TestDeviceAloneExpires(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.request(t, map[string]string{"steps": "silent 60"})
	r.advance(t, 70*time.Second)
	if s := r.report(t, id).State; s != verification.Expired {
		t.Errorf("it is %s", s)
	}
	if l := r.ledger(t); l.Free != 10*price || l.Held != 0 {
		t.Errorf("the ledger is %+v", l)
	}
}

// A proof that stands is not undone by a device that comes with another line afterwards.
func TestDeviceCannotUndoAProof(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.request(t, map[string]string{"steps": silentFirst})
	_, code, _ := r.prove(t, id, holds(subscriber.Uint64()))
	if outcome, other, err := r.prove(t, id, holds(1)); outcome != verification.Mismatched || other != "" {
		t.Errorf("another line proved %q, %q, %v", outcome, other, err)
	}
	r.advance(t, time.Second)
	if n := r.provider.count(); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
	if err := r.check(t, id, code); err != nil {
		t.Errorf("the code is refused: %v", err)
	}
}

// Unknown and malformed request_ids are one refusal, and a device that nobody can ask about now is
// told to come again.
func TestDeviceRefusals(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	away := func(context.Context, verification.Means) (verification.Evidence, error) {
		return verification.Evidence{}, fault.New(fault.Unavailable)
	}
	for _, id := range []string{"", "x", "0123456789abcdef0123456789abcdef", r.request(t, nil)} {
		_, _, err := r.prove(t, id, holds(subscriber.Uint64()))
		wantKind(t, err, fault.UnknownRequest)
	}
	id := r.request(t, map[string]string{"number": "447700900123", "steps": silentFirst})
	_, _, err := r.prove(t, id, away)
	wantKind(t, err, fault.Unavailable)
	if outcome, _, err := r.prove(t, id, holds(447700900123)); outcome != verification.Proved {
		t.Errorf("afterwards it proved %q, %v", outcome, err)
	}
}

// Of devices that come at once with different lines one outcome stands, and at most one message is
// sent.
func TestDevicesAtOnce(t *testing.T) {
	t.Parallel()
	for range 50 {
		r := newRig(t)
		id := r.request(t, map[string]string{"steps": "silent 60 sms"})
		var all sync.WaitGroup
		var mu sync.Mutex
		codes := map[string]bool{}
		for i := range 8 {
			all.Go(func() {
				_, code, err := r.prove(t, id, holds(subscriber.Uint64()+uint64(i%2)))
				mu.Lock()
				defer mu.Unlock()
				if err == nil && code != "" {
					codes[code] = true
				}
				var failure *fault.Error
				if err != nil && !errors.As(err, &failure) {
					t.Errorf("failed with %v", err)
				}
			})
		}
		all.Wait()
		r.advance(t, time.Second)
		if sent := r.provider.count(); len(codes)+sent != 1 {
			t.Fatalf("%d codes were given and %d messages sent", len(codes), sent)
		}
	}
}
