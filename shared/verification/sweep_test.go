package verification_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/memory"
	"lineproof/shared/verification"
)

func (r *rig) sweeper() verification.Sweeper {
	return verification.Sweeper{Store: r.store.(*memory.Verifications), Outbox: r.outbox, Keys: verification.IDKeys(r.ring), Now: r.Now}
}

// TestSweep loses the messages of some verifications. Their ends come all the same, once each, also
// under a key that is gone.
func TestSweep(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ask := func(digits uint64, callback string) {
		o := order(t, map[string]string{"steps": "sms", "expiry": "60"})
		o.Line.Number, o.Callback = number(digits), callback
		if _, err := r.requester().Request(t.Context(), caller(), o, newNonce(t)); err != nil {
			t.Fatal(err)
		}
	}
	ask(447700900000, "someone")
	ask(447700900001, "")
	ask(447700900000+2, "")
	r.box.Reset()
	r.Move(time.Hour)
	ask(447700900003, "") // is young
	want := func(n int) {
		t.Helper()
		if got, err := r.sweeper().Sweep(t.Context()); got != n || err != nil {
			t.Errorf("queued %d, %v; want %d", got, err, n)
		}
	}
	want(0) // they expired less than an hour ago
	r.Move(time.Minute + time.Second)
	ask(447700900000, "") // displaces one that someone waits for
	want(3)
	want(3)
	r.ring = verification.Ring{key(t, 2)}
	want(3)
	r.ring = verification.Ring{key(t, 2), key(t, 1)}
	told := 0
	c := r.dispatcher()
	c.Ended = hearing(func(verification.Ending) { told++ })
	r.box.Advance(t.Context(), 10*time.Minute, r.Move, c.Deliver)
	if l := r.ledger(t); l != (account.Ledger{Free: 10 * price}) || told == 0 || r.box.Len() != 0 {
		t.Errorf("%+v, told %d times, %d messages", l, told, r.box.Len())
	}
	want(0)
}

// full is an outbox that takes no more.
type full struct{}

func (full) Put(context.Context, verification.Job, time.Duration) error {
	return fault.Wrap(fault.Unavailable, errors.New("full"))
}

func TestSweepFails(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.request(t, nil)
	r.box.Reset()
	r.Move(2 * time.Hour)
	s := r.sweeper()
	s.Outbox = full{}
	n, err := s.Sweep(t.Context())
	if wantKind(t, err, fault.Unavailable); n != 0 {
		t.Errorf("queued %d", n)
	}
}
