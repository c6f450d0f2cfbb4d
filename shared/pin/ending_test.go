package pin_test

import (
	"context"
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
		"success": {func(t *testing.T, r *rig, id, code string) { _ = r.announcing().check(t, id, code) }, pin.Success},
		"failure": {func(t *testing.T, r *rig, id, code string) {
			for range 3 {
				_ = r.announcing().check(t, id, wrong(code))
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
				o := order(t, map[string]string{"workflow_id": "6"})
				o.Callback = callback
				id, err := r.requester().Request(t.Context(), caller(), o)
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

// announcing gives what checks codes as a function does that has an outbox.
func (r *rig) announcing() announcer { return announcer{r} }

type announcer struct{ *rig }

func (a announcer) check(t *testing.T, id, code string) error {
	t.Helper()
	checker := a.checker()
	checker.Outbox = a.outbox
	_, err := checker.Check(t.Context(), owner, id, code, "")
	return err
}

// told moves the clock and gives what was told meanwhile.
func (r *rig) told(t *testing.T, d time.Duration) []pin.Ending {
	t.Helper()
	var told []pin.Ending
	courier := r.courier()
	courier.Ended = func(_ context.Context, e pin.Ending) error {
		told = append(told, e)
		return nil
	}
	r.box.Advance(t.Context(), d, r.Move, courier.Deliver)
	return told
}

func TestExpiryIsTold(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	o := order(t, map[string]string{"workflow_id": "6"})
	o.Callback = "someone"
	id, err := r.requester().Request(t.Context(), caller(), o)
	if err != nil {
		t.Fatal(err)
	}
	r.advance(t, time.Second)
	want := []pin.Ending{{Callback: "someone", RequestID: id, State: pin.Expired, Channel: pin.SMS}}
	if told := r.told(t, time.Hour); !slices.Equal(told, want) {
		t.Errorf("told %+v, want %+v", told, want)
	}
}
