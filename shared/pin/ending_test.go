package pin_test

import (
	"slices"
	"testing"
	"time"

	"lineproof/shared/pin"
)

// Whoever asked is told of an end at once, and nobody else is.
func TestEndIsTold(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		end  func(t *testing.T, r *rig, id, code string)
		want pin.State
	}{
		"success": {func(t *testing.T, r *rig, id, code string) {
			_ = r.check(t, id, code)
		}, pin.Success},
		"failure": {func(t *testing.T, r *rig, id, code string) {
			for range 3 {
				_ = r.check(t, id, wrong(code))
			}
		}, pin.Failed},
		"cancel": {func(t *testing.T, r *rig, id, _ string) {
			r.Move(31 * time.Second)
			if err := r.controller().Cancel(t.Context(), owner, id); err != nil {
				t.Error(err)
			}
		}, pin.Cancelled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, callback := range []string{"", "someone"} {
				r := newRig(t)
				o := order(t, map[string]string{"steps": "sms"})
				o.Callback = callback
				id, err := r.requester().Request(t.Context(), caller(), o, newNonce(t))
				if err != nil {
					t.Fatal(err)
				}
				r.advance(t, time.Second)
				tt.end(t, r, id, r.provider.last(t).PIN.Reveal())
				told := r.told(t, time.Second)
				want := pin.Ending{Callback: callback, RequestID: id, State: tt.want, Channel: pin.SMS}
				if callback == "" && len(told) != 0 || callback != "" && !slices.Equal(told, []pin.Ending{want}) {
					t.Errorf("told %q: %+v, want %+v", callback, told, want)
				}
			}
		})
	}
}

// told moves the clock and gives what was told meanwhile.
func (r *rig) told(t *testing.T, d time.Duration) []pin.Ending {
	t.Helper()
	var told []pin.Ending
	courier := r.courier()
	courier.Ended = hearing(func(e pin.Ending) { told = append(told, e) })
	r.box.Advance(t.Context(), d, r.Move, courier.Deliver)
	return told
}

func TestExpiryIsTold(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	o := order(t, map[string]string{"steps": "sms"})
	o.Callback = "someone"
	id, err := r.requester().Request(t.Context(), caller(), o, newNonce(t))
	if err != nil {
		t.Fatal(err)
	}
	r.advance(t, time.Second)
	want := []pin.Ending{{Callback: "someone", RequestID: id, State: pin.Expired, Channel: pin.SMS}}
	if told := r.told(t, time.Hour); !slices.Equal(told, want) {
		t.Errorf("told %+v, want %+v", told, want)
	}
}

// An expired verification is over when no check that came in time can be on its way; any other end
// is one at once.
func TestOver(t *testing.T) {
	t.Parallel()
	live := pin.Verification{Ref: pin.Ref{Nonce: 1}, Expires: begin, Allowed: 9, Hash: []byte("hash")}
	right, cancelled, failed, settled := live, live, live, live
	right.Guess = live.Hash
	cancelled.CancelledAt = begin.Add(-time.Minute)
	failed.Attempts = pin.MaxAttempts
	settled.Settled = true
	for _, test := range []struct {
		v    pin.Verification
		at   time.Duration
		over bool
		want pin.State
	}{
		{live, -time.Second, false, pin.InProgress},
		{live, 0, false, pin.Expired},
		{live, 4 * time.Second, false, pin.Expired},
		{live, 5 * time.Second, true, pin.Expired},
		{right, -time.Second, true, pin.Success},
		{cancelled, -time.Second, true, pin.Cancelled},
		{failed, -time.Second, true, pin.Failed},
		{settled, -time.Minute, true, pin.Expired}, // by a clock that is behind
	} {
		now := begin.Add(test.at)
		if got := test.v.State(now); got != test.want || test.v.Over(now) != test.over {
			t.Errorf("%v from the expiry of %+v: %v, over: %v", test.at, test.v, got, test.v.Over(now))
		}
	}
}
