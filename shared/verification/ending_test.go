package verification_test

import (
	"slices"
	"testing"
	"time"

	"lineproof/shared/verification"
)

// Whoever asked is told of an end at once, and nobody else is.
func TestEndIsTold(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		end  func(t *testing.T, r *rig, id, code string)
		want verification.State
	}{
		"success": {func(t *testing.T, r *rig, id, code string) {
			_ = r.check(t, id, code)
		}, verification.Success},
		"failure": {func(t *testing.T, r *rig, id, code string) {
			for range 3 {
				_ = r.check(t, id, wrong(code))
			}
		}, verification.Failed},
		"cancel": {func(t *testing.T, r *rig, id, _ string) {
			r.Move(31 * time.Second)
			if err := r.controller().Cancel(t.Context(), owner, id); err != nil {
				t.Error(err)
			}
		}, verification.Cancelled},
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
				want := verification.Ending{Callback: callback, RequestID: id, Key: 1, State: tt.want, Channel: verification.SMS}
				if callback == "" && len(told) != 0 || callback != "" && !slices.Equal(told, []verification.Ending{want}) {
					t.Errorf("told %q: %+v, want %+v", callback, told, want)
				}
			}
		})
	}
}

// Whoever asks to be told once is: of all messages of an ended verification one tells of the end as
// news, or does so again when it is handed out again or sent again by hand.
func TestEndIsNewsOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	o := order(t, nil)
	o.Callback = "someone"
	id, err := r.requester().Request(t.Context(), caller(), o, newNonce(t))
	if err != nil {
		t.Fatal(err)
	}
	r.advance(t, time.Second)
	if err := r.check(t, id, r.provider.last(t).PIN.Reveal()); err != nil {
		t.Fatal(err)
	}
	told := r.told(t, time.Hour) // the message of the second event comes too
	news := 0
	for _, e := range told {
		if !e.Again {
			news++
		}
	}
	if len(told) < 2 || news != 1 {
		t.Errorf("of %d that were told %d are news: %+v", len(told), news, told)
	}
	for name, test := range map[string]struct {
		received int
		late     time.Duration
		again    bool
	}{
		"another message":  {1, 0, true},
		"a late one":       {1, 29 * time.Minute, true},
		"handed out again": {2, 0, false},
		"sent by hand":     {1, time.Hour, false},
	} {
		var told []verification.Ending
		d := r.dispatcher()
		d.Ended = hearing(func(e verification.Ending) { told = append(told, e) })
		m := verification.Job{ID: id, Key: 1, Event: 2, Due: r.Now().Add(-test.late)}
		if err := d.Deliver(t.Context(), m, test.received); err != nil {
			t.Fatal(err)
		}
		if len(told) != 1 || told[0].Again != test.again {
			t.Errorf("%s: told %+v", name, told)
		}
	}
}

// told moves the clock and gives what was told meanwhile.
func (r *rig) told(t *testing.T, d time.Duration) []verification.Ending {
	t.Helper()
	var told []verification.Ending
	dispatcher := r.dispatcher()
	dispatcher.Ended = hearing(func(e verification.Ending) { told = append(told, e) })
	r.box.Advance(t.Context(), d, r.Move, dispatcher.Deliver)
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
	want := []verification.Ending{{Callback: "someone", RequestID: id, Key: 1, State: verification.Expired, Channel: verification.SMS}}
	if told := r.told(t, time.Hour); !slices.Equal(told, want) {
		t.Errorf("told %+v, want %+v", told, want)
	}
}

// An expired verification is over when no check that came in time can be on its way; any other end
// is one at once.
func TestOver(t *testing.T) {
	t.Parallel()
	live := verification.Verification{Ref: verification.Ref{Nonce: 1}, Expires: begin, Allowed: 9, Hash: []byte("hash")}
	right, cancelled, failed, settled := live, live, live, live
	right.Guess = live.Hash
	cancelled.CancelledAt = begin.Add(-time.Minute)
	failed.Attempts = verification.MaxAttempts
	settled.Settled = true
	for _, test := range []struct {
		v    verification.Verification
		at   time.Duration
		over bool
		want verification.State
	}{
		{live, -time.Second, false, verification.InProgress},
		{live, 0, false, verification.Expired},
		{live, 4 * time.Second, false, verification.Expired},
		{live, 5 * time.Second, true, verification.Expired},
		{right, -time.Second, true, verification.Success},
		{cancelled, -time.Second, true, verification.Cancelled},
		{failed, -time.Second, true, verification.Failed},
		{settled, -time.Minute, true, verification.Expired}, // by a clock that is behind
	} {
		now := begin.Add(test.at)
		if got := test.v.State(now); got != test.want || test.v.Over(now) != test.over {
			t.Errorf("%v from the expiry of %+v: %v, over: %v", test.at, test.v, got, test.v.Over(now))
		}
	}
}
