package memory_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"lineproof/shared/memory"
	"lineproof/shared/verification"
)

// A message that is handed back, as one that came before its record, can be waited for; one that
// merely waits cannot.
func TestAwait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, awaits)
}

func awaits(t *testing.T) {
	box := memory.NewOutbox(time.Now)
	if err := box.Put(t.Context(), verification.Job{ID: "a", Event: 2}, time.Hour); err != nil {
		t.Fatal(err)
	}
	if box.Await(t.Context(), "a") || box.Await(t.Context(), "") {
		t.Error("waited for a message that nobody has handed back")
	}
	if err := box.Put(t.Context(), verification.Job{ID: "b", Event: 1}, 0); err != nil {
		t.Fatal(err)
	}
	tries := 0
	deliver := func(context.Context, verification.Job, int) error {
		if tries++; tries == 1 {
			return verification.RetryAfter{In: 50 * time.Millisecond}
		}
		return nil
	}
	box.Settle(t.Context(), deliver)
	if tries != 1 || box.Await(t.Context(), "a") || !box.Await(t.Context(), "b") {
		t.Fatalf("after %d deliveries, b cannot be waited for", tries)
	}
	box.Settle(t.Context(), deliver)
	if tries != 2 || box.Await(t.Context(), "") {
		t.Errorf("%d deliveries, want the second to be the last", tries)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if box.Await(gone, "b") {
		t.Error("waited although nobody waits any more")
	}
}
