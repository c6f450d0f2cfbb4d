package dynamo

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"lineproof/shared/fault"
)

// TestGroupAfterAPanic has a call panic while others wait for it and for the next one: whoever made
// it panics, all others are told of a failure, and the key is free again.
func TestGroupAfterAPanic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release, calls := make(chan struct{}), 0
		g := newGroup(1, func(_ context.Context, _ string, jobs []int) []error {
			if calls++; calls == 1 {
				<-release
				panic("lost")
			}
			return make([]error, len(jobs))
		})
		panicked := make(chan any, 1)
		go func() {
			defer func() { panicked <- recover() }()
			_ = g.call(t.Context(), "key", 0)
		}()
		synctest.Wait()
		errs := make(chan error, 2)
		for job := range cap(errs) {
			go func() { errs <- g.call(t.Context(), "key", job+1) }()
		}
		synctest.Wait()
		close(release)
		synctest.Wait()
		if p := <-panicked; p != "lost" {
			t.Errorf("who made the call saw %v", p)
		}
		for range cap(errs) {
			select {
			case err := <-errs:
				if !errors.Is(err, fault.New(fault.Internal)) {
					t.Errorf("who waited was told %v", err)
				}
			default:
				t.Fatal("somebody waits for ever")
			}
		}
		if err := g.call(t.Context(), "key", 3); err != nil {
			t.Errorf("the next call: %v", err)
		}
	})
}
