package memory_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lineproof/shared/memory"
	"lineproof/shared/verification"
)

// A message that is handed back, as one that met others, can be waited for; one that merely waits
// cannot.
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
	box.Run(t.Context(), deliver)
	if tries != 1 || box.Await(t.Context(), "a") || !box.Await(t.Context(), "b") {
		t.Fatalf("after %d deliveries, b cannot be waited for", tries)
	}
	box.Run(t.Context(), deliver)
	if tries != 2 || box.Await(t.Context(), "") {
		t.Errorf("%d deliveries, want the second to be the last", tries)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if box.Await(gone, "b") {
		t.Error("waited although nobody waits any more")
	}
}

// Messages come by the time when they are due, and those of one time in the order in which they
// were put.
func TestOutboxKeepsOrder(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	box := memory.NewOutbox(func() time.Time { return now })
	random := rand.New(rand.NewPCG(3, 4))
	const messages, delays = 500, 20
	for n := range messages {
		delay := time.Duration(1+random.IntN(delays)) * time.Second
		if err := box.Put(t.Context(), verification.Job{Event: n, Due: now.Add(delay)}, delay); err != nil {
			t.Fatal(err)
		}
	}
	last, handed := verification.Job{}, 0
	box.Advance(t.Context(), delays*time.Second, func(d time.Duration) { now = now.Add(d) }, func(_ context.Context, m verification.Job, _ int) error {
		handed++
		if m.Due.Before(last.Due) || m.Due.Equal(last.Due) && m.Event < last.Event || !m.Due.Equal(now) {
			t.Errorf("message %d of %v came at %v after message %d of %v", m.Event, m.Due, now, last.Event, last.Due)
		}
		last = m
		return nil
	})
	if handed != messages || box.Len() != 0 {
		t.Errorf("%d messages came of %d, %d wait", handed, messages, box.Len())
	}
}

// Messages of two kinds come in one order, and each may be handed back.
func TestBeside(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	box := memory.NewOutbox(func() time.Time { return now })
	var came []string
	beside := memory.Beside[string]{
		Outbox: box, ID: func(m string) string { return "id of " + m },
		Deliver: func(_ context.Context, m string, received int) error {
			came = append(came, fmt.Sprint(m, received, now.Second()))
			if received == 1 {
				return verification.RetryAfter{In: 3 * time.Second}
			}
			return nil
		},
	}
	deliver := func(_ context.Context, m verification.Job, _ int) error {
		came = append(came, fmt.Sprint(m.ID, now.Second()))
		return nil
	}
	_ = box.Put(t.Context(), verification.Job{ID: "b"}, 2*time.Second)
	_ = beside.Put(t.Context(), "a", time.Second)
	_ = box.Put(t.Context(), verification.Job{ID: "c"}, 5*time.Second)
	move := func(d time.Duration) { now = now.Add(d) }
	box.Advance(t.Context(), 2*time.Second, move, deliver)
	box.Advance(t.Context(), 3*time.Second, move, deliver)
	if want := []string{"a1 6", "b7", "a2 9", "c10"}; !slices.Equal(came, want) {
		t.Errorf("came %q, want %q", came, want)
	}
}

// While a message of a Beside is handled, others of the outbox are, but none of that kind: they come
// one by one, whoever runs the outbox.
func TestBesideRunsApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, runsApart)
}

func runsApart(t *testing.T) {
	box := memory.NewOutbox(time.Now)
	var mu sync.Mutex
	var came []string
	comes := func(what string) {
		mu.Lock()
		defer mu.Unlock()
		came = append(came, what)
	}
	deliver := func(_ context.Context, m verification.Job, _ int) error {
		comes(m.ID)
		return nil
	}
	beside := memory.Beside[string]{
		Outbox: box, ID: func(m string) string { return m },
		Deliver: func(ctx context.Context, m string, _ int) error {
			comes("begins " + m)
			_ = box.Put(ctx, verification.Job{ID: "message after " + m}, 0)
			box.Run(ctx, deliver) // as a receiver does that looks at the messages
			time.Sleep(3 * time.Second)
			comes("ends " + m)
			return nil
		},
	}
	_ = beside.Put(t.Context(), "a", 0)
	_ = beside.Put(t.Context(), "b", 0)
	ctx, stop := context.WithCancel(t.Context())
	go box.Serve(ctx, deliver)
	time.Sleep(time.Second)
	box.Quiet(ctx, deliver, time.Second)
	comes("the list is shown")
	box.Quiet(ctx, deliver, time.Minute)
	stop()
	want := []string{
		"begins a", "message after a", "the list is shown", "ends a",
		"begins b", "message after b", "ends b",
	}
	if !slices.Equal(came, want) {
		t.Errorf("came %q, want %q", came, want)
	}
}
