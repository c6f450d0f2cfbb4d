package secrets_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lineproof/shared/secrets"
)

// store is a Source that changes, fails and counts.
type store struct {
	mu    sync.Mutex
	text  string
	err   error
	gets  int
	block chan struct{} // when not nil, a Get waits for it to close
	in    chan struct{} // when not nil, a Get announces itself
}

func (s *store) Get(ctx context.Context, _ secrets.Name) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gets++
	if s.in != nil {
		s.in <- struct{}{}
	}
	if s.block != nil {
		select {
		case <-s.block:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return []byte(s.text), s.err
}

func (s *store) set(text string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text, s.err = text, err
}

// clock is a time that a test moves.
type clock struct{ seconds atomic.Int64 }

func (c *clock) now() time.Time { return time.Unix(c.seconds.Load(), 0) }

func words(parsed *atomic.Int64) func([]byte) (string, error) {
	return func(b []byte) (string, error) {
		parsed.Add(1)
		if len(b) == 0 {
			return "", errors.New("nothing there")
		}
		return "<" + string(b) + ">", nil
	}
}

func TestValueFollowsItsSource(t *testing.T) {
	t.Parallel()
	var c clock
	var parsed atomic.Int64
	s := &store{text: "a"}
	v := secrets.Follow(s, secrets.PINs, words(&parsed), time.Minute, c.now)
	steps := []struct {
		at           int64
		text         string
		err          error
		want         string
		gets, parsed int
	}{
		{0, "a", nil, "<a>", 1, 1},
		{59, "b", nil, "<a>", 1, 1},                     // still good
		{60, "b", nil, "<b>", 2, 2},                     // rotated
		{120, "b", nil, "<b>", 3, 2},                    // unchanged, not parsed again
		{180, "c", errors.New("away"), "<b>", 4, 2},     // kept
		{209, "c", nil, "<b>", 4, 2},                    // not asked again at once
		{210, "c", nil, "<c>", 5, 3},                    // but soon
		{270, "", nil, "<c>", 6, 4},                     // unreadable: kept too
		{300, "d", nil, "<d>", 7, 5},                    // and healed
		{359, "e", errors.New("away"), "<d>", 7, 5},     // a full time to live again
		{100000, "e", errors.New("away"), "<d>", 8, 5},  // however long
		{100030, "e", secrets.ErrNotFound, "<d>", 9, 5}, // even when it is gone
		{100060, "f", nil, "<f>", 10, 6},
	}
	for _, step := range steps {
		c.seconds.Store(step.at)
		s.set(step.text, step.err)
		got, err := v.Get(context.Background())
		if err != nil || got != step.want || s.gets != step.gets || int(parsed.Load()) != step.parsed {
			t.Errorf("at %d: %q, %v after %d gets and %d parses, want %+v", step.at, got, err, s.gets, parsed.Load(), step)
		}
	}
}

func TestValueFailsUntilItHasOne(t *testing.T) {
	t.Parallel()
	var c clock
	var parsed atomic.Int64
	s := &store{err: secrets.ErrNotFound}
	v := secrets.Follow(s, secrets.PINs, words(&parsed), time.Minute, c.now)
	if _, err := v.Get(context.Background()); !errors.Is(err, secrets.ErrNotFound) {
		t.Errorf("no secret: %v", err)
	}
	s.set("", nil)
	if _, err := v.Get(context.Background()); err == nil || !strings.HasPrefix(err.Error(), "secrets: read pins: ") {
		t.Errorf("unreadable: %v", err)
	}
	s.set("a", nil)
	if got, err := v.Get(context.Background()); err != nil || got != "<a>" {
		t.Errorf("%q, %v", got, err)
	}
}

// While one caller fetches a newer value, the others go on with the old one.
func TestOnlyOneCallerRefreshes(t *testing.T) {
	t.Parallel()
	var c clock
	var parsed atomic.Int64
	s := &store{text: "a"}
	v := secrets.Follow(s, secrets.PINs, words(&parsed), time.Minute, c.now)
	if _, err := v.Get(context.Background()); err != nil {
		t.Fatal(err)
	}
	s.text, s.block, s.in = "b", make(chan struct{}), make(chan struct{}, 1)
	c.seconds.Store(60)
	first := make(chan string)
	go func() {
		got, _ := v.Get(context.Background())
		first <- got
	}()
	<-s.in
	for range 10 {
		if got, err := v.Get(context.Background()); err != nil || got != "<a>" {
			t.Errorf("another caller got %q, %v", got, err)
		}
	}
	close(s.block)
	if got := <-first; got != "<b>" || s.gets != 2 {
		t.Errorf("the first caller got %q after %d gets", got, s.gets)
	}
}

// A caller whose own time is up gets the old value.
func TestRefreshEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	var c clock
	var parsed atomic.Int64
	s := &store{text: "a"}
	v := secrets.Follow(s, secrets.PINs, words(&parsed), time.Minute, c.now)
	if _, err := v.Get(context.Background()); err != nil {
		t.Fatal(err)
	}
	s.block = make(chan struct{})
	c.seconds.Store(60)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if got, err := v.Get(ctx); err != nil || got != "<a>" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestManyCallersRace(t *testing.T) {
	t.Parallel()
	var c clock
	var parsed atomic.Int64
	s := &store{text: "0"}
	v := secrets.Follow(s, secrets.PINs, words(&parsed), time.Second, c.now)
	var callers sync.WaitGroup
	for range 16 {
		callers.Go(func() {
			for range 200 {
				if got, err := v.Get(context.Background()); err != nil || got[0] != '<' {
					t.Errorf("%q, %v", got, err)
				}
			}
		})
	}
	for i := range 50 {
		c.seconds.Add(1)
		s.set(fmt.Sprint(i), nil)
	}
	callers.Wait()
	c.seconds.Add(2)
	if got, _ := v.Get(context.Background()); got != "<49>" {
		t.Errorf("at last %q", got)
	}
}

func TestFirstCallersFetchOnce(t *testing.T) {
	t.Parallel()
	var c clock
	var parsed atomic.Int64
	s := &store{text: "a"}
	v := secrets.Follow(s, secrets.PINs, words(&parsed), time.Second, c.now)
	var callers sync.WaitGroup
	for range 16 {
		callers.Go(func() { _, _ = v.Get(context.Background()) })
	}
	callers.Wait()
	if s.gets != 1 || parsed.Load() != 1 {
		t.Errorf("%d gets, %d parses", s.gets, parsed.Load())
	}
}

// A caller that comes to refresh just after another has done so takes that one's value. The clock
// stands in for the pause between its two steps.
func TestLateCallerDoesNotFetchAgain(t *testing.T) {
	t.Parallel()
	var parsed atomic.Int64
	var pause func()
	seconds := int64(0)
	s := &store{text: "a"}
	v := secrets.Follow(s, secrets.PINs, words(&parsed), time.Minute, func() time.Time {
		if run := pause; run != nil {
			pause = nil
			run()
		}
		return time.Unix(seconds, 0)
	})
	if _, err := v.Get(context.Background()); err != nil {
		t.Fatal(err)
	}
	s.text, seconds = "b", 60
	pause = func() { _, _ = v.Get(context.Background()) }
	if got, err := v.Get(context.Background()); err != nil || got != "<b>" || s.gets != 2 {
		t.Errorf("%q, %v after %d gets", got, err, s.gets)
	}
}
