package verification_test

import (
	"context"
	"errors"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// carrier is an upstream that carries silent steps out, and counts what it is asked.
type carrier struct {
	begun, asked atomic.Int64

	says   verification.Outcome // of a code
	fails  error                // instead
	during func()               // happens while it is asked about one
}

// begins is a device that has it begin the step.
func (c *carrier) begins(context.Context, verification.Means) (verification.Evidence, error) {
	return verification.Evidence{Begin: func(context.Context) (verification.Remote, error) {
		c.begun.Add(1)
		return verification.Remote{Upstream: "network", Request: "r", Address: "https://network.example/r"}, nil
	}}, nil
}

// checker checks codes with it.
func (c *carrier) checker(r *rig) verification.Checker {
	checker := r.checker()
	checker.Remote = verification.RemoteCodes{Store: r.store, Ask: func(
		_ context.Context, at verification.Remote, _ verification.PIN,
	) (verification.Outcome, error) {
		c.asked.Add(1)
		if at.Request != "r" {
			return "", errors.New("another request")
		}
		if c.during != nil {
			c.during()
		}
		return c.says, c.fails
	}}
	return checker
}

func (c *carrier) check(t *testing.T, r *rig) func(id, code string) error {
	return func(id, code string) error {
		_, err := c.checker(r).Check(t.Context(), owner, id, verification.NewPIN(code), netip.Addr{})
		return err
	}
}

// atCarrier begins a verification whose silent step the carrier has begun.
func atCarrier(t *testing.T, r *rig, c *carrier) string {
	t.Helper()
	id := r.request(t, map[string]string{"steps": "silent 60 sms"})
	shown, err := r.device().Prove(t.Context(), id, c.begins)
	if err != nil || shown.Outcome != verification.Waiting || shown.Redirect != "https://network.example/r" || shown.Code.Reveal() != "" {
		t.Fatalf("the device is shown %+v, %v", shown, err)
	}
	return id
}

// nthFails is a store whose nth write from now fails.
type nthFails struct {
	store
	after int
}

func (s *nthFails) Replace(ctx context.Context, v verification.Verification) error {
	if s.after--; s.after == 0 {
		return fault.New(fault.Unavailable)
	}
	return s.store.Replace(ctx, v)
}

// Whoever asks an upstream may die: somebody else asks it again, and not before.
func TestWhoAsksMayDie(t *testing.T) {
	t.Parallel()
	t.Run("beginning", func(t *testing.T) {
		t.Parallel()
		r, c := newRig(t), &carrier{}
		id := r.request(t, map[string]string{"steps": "silent 60 sms"})
		dies := r.device()
		dies.Store = &nthFails{r.store, 2}
		_, err := dies.Prove(t.Context(), id, c.begins)
		wantKind(t, err, fault.Unavailable)
		for _, wait := range []time.Duration{0, 9 * time.Second} {
			r.Move(wait)
			_, _, err = r.prove(t, id, c.begins)
			wantKind(t, err, fault.Unavailable)
		}
		r.Move(time.Second)
		if outcome, _, err := r.prove(t, id, c.begins); outcome != verification.Waiting || err != nil || c.begun.Load() != 2 {
			t.Errorf("after a while it is %q, %v, begun %d times", outcome, err, c.begun.Load())
		}
	})
	t.Run("checking", func(t *testing.T) {
		t.Parallel()
		r, c := newRig(t), &carrier{says: verification.Proved}
		id := atCarrier(t, r, c)
		dies := c.checker(r)
		dies.Remote.Store = &nthFails{r.store, 2}
		_, err := dies.Check(t.Context(), owner, id, verification.NewPIN("theirs"), netip.Addr{})
		wantKind(t, err, fault.Unavailable)
		check := c.check(t, r)
		wantKind(t, check(id, "theirs"), fault.Unavailable)
		r.Move(10 * time.Second)
		if err := check(id, "theirs"); err != nil || c.asked.Load() != 2 {
			t.Errorf("after a while it is %v, asked %d times", err, c.asked.Load())
		}
	})
}

// A right code ends the verification as any: it is charged, told, and searched.
func TestRightCodeOfAnUpstream(t *testing.T) {
	t.Parallel()
	r, c := newRig(t), &carrier{fails: fault.New(fault.NoCode)}
	id := atCarrier(t, r, c)
	check := c.check(t, r)
	wantKind(t, check(id, "early"), fault.NoCode)
	c.fails = fault.New(fault.WrongCode)
	err := check(id, "wrong")
	wantKind(t, err, fault.WrongCode)
	if left := fault.As(err).AttemptsLeft; left != verification.MaxAttempts-1 {
		t.Errorf("%d attempts are left", left)
	}
	c.fails = fault.New(fault.Unavailable) // nobody was asked
	wantKind(t, check(id, "theirs"), fault.Unavailable)
	c.says, c.fails = verification.Proved, nil
	if err := check(id, "theirs"); err != nil {
		t.Fatal(err)
	}
	r.advance(t, time.Hour)
	found := r.report(t, id)
	if found.State != verification.Success || len(found.Tried) != 2 || found.Tried[1].Code.Reveal() != "theirs" ||
		!found.Tried[1].Valid || found.Tried[0].Valid || found.Events[0].Outcome != verification.Proved {
		t.Errorf("found is %+v", found)
	}
	if l := r.ledger(t); l.Charged != price || l.Held != 0 || r.provider.count() != 0 {
		t.Errorf("the ledger is %+v, and %d messages were sent", l, r.provider.count())
	}
}

// What ends the step ends what its upstream says of it: a right code comes too late when the next
// step has begun, when the verification was cancelled, and when a device has proved its line here.
func TestUpstreamAnswersTooLate(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		during func(t *testing.T, r *rig, id string)
		want   fault.Kind
	}{
		"the next step": {func(t *testing.T, r *rig, _ string) { r.advance(t, 61*time.Second) }, fault.WrongCode},
		"a cancel": {func(t *testing.T, r *rig, id string) {
			if err := r.controller().End(t.Context(), owner, id); err != nil {
				t.Error(err)
			}
		}, fault.UnknownRequest},
		"another device": {func(t *testing.T, r *rig, id string) {
			_, _, _ = r.prove(t, id, holds(subscriber.Uint64()))
		}, fault.WrongCode},
		"another device's mismatch": {func(t *testing.T, r *rig, id string) {
			_, _, _ = r.prove(t, id, holds(1))
		}, fault.NoCode},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, c := newRig(t), &carrier{says: verification.Proved}
			id := atCarrier(t, r, c)
			c.during = func() { test.during(t, r, id) }
			wantKind(t, c.check(t, r)(id, "theirs"), test.want)
			if s := r.report(t, id); s.State == verification.Success || s.Total != 0 {
				t.Errorf("it is %s after %d codes", s.State, s.Total)
			}
		})
	}
}

// A step that its upstream's answer ends has the next one begin at once, and alone ends the
// verification; nothing that is not a mismatch is told as one.
func TestUpstreamEndsTheStep(t *testing.T) {
	t.Parallel()
	for _, said := range []verification.Outcome{verification.Mismatched, verification.Unproved} {
		r, c := newRig(t), &carrier{says: said}
		id := atCarrier(t, r, c)
		check := c.check(t, r)
		wantKind(t, check(id, "theirs"), fault.NoCode)
		wantKind(t, check(id, "theirs"), fault.NoCode)
		r.advance(t, time.Second)
		if n := r.provider.count(); n != 1 || c.asked.Load() != 1 {
			t.Errorf("%s: %d messages were sent after %d questions", said, n, c.asked.Load())
		}
		if e := r.report(t, id).Events[0]; e.Outcome != said {
			t.Errorf("the step came to %s, want %s", e.Outcome, said)
		}
		if err := check(id, r.provider.last(t).PIN.Reveal()); err != nil {
			t.Errorf("the PIN is refused: %v", err)
		}
	}
	r, c := newRig(t), &carrier{says: verification.Unproved}
	id := r.request(t, map[string]string{"steps": "silent 60"})
	_, _, _ = r.prove(t, id, c.begins)
	wantKind(t, c.check(t, r)(id, "theirs"), fault.UnknownRequest)
	r.advance(t, time.Minute)
	if s := r.report(t, id).State; s != verification.Expired {
		t.Errorf("alone it is %s", s)
	}
}

// Without an upstream to ask, a code for a step that one carries out is one too early, as before.
func TestNobodyAsksTheUpstream(t *testing.T) {
	t.Parallel()
	r, c := newRig(t), &carrier{}
	id := atCarrier(t, r, c)
	wantKind(t, r.check(t, id, "theirs"), fault.NoCode)
	r.Move(60 * time.Second)
	wantKind(t, c.check(t, r)(id, "theirs"), fault.NoCode)
	if c.asked.Load() != 0 {
		t.Error("asked was an upstream whose step is over")
	}
}
