package dynamo

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"lineproof/shared/fault"
)

// group has what many do at once for one key done together: while one call is under way for it, the
// jobs that come wait, and then all of them are the next call's.
type group[K comparable, J any] struct {
	// do carries out jobs of one key, and returns how each ended.
	do func(ctx context.Context, key K, jobs []J) []error
	// most is how many jobs one call takes.
	most int

	mu      sync.Mutex
	waiting map[K][]waiter[J]
	busy    map[K]bool
}

// waiter is a job and whom it concerns.
type waiter[J any] struct {
	job  J
	done chan error
}

func newGroup[K comparable, J any](
	most int, do func(context.Context, K, []J) []error,
) *group[K, J] {
	return &group[K, J]{do: do, most: most, waiting: map[K][]waiter[J]{}, busy: map[K]bool{}}
}

// call has a job done and returns how it ended. The first to come carries out its own and, for as
// long as there are any, those that came meanwhile, whatever becomes of its own context.
func (g *group[K, J]) call(ctx context.Context, key K, job J) error {
	w := waiter[J]{job, make(chan error, 1)}
	g.mu.Lock()
	g.waiting[key] = append(g.waiting[key], w)
	leads := !g.busy[key]
	g.busy[key] = true
	g.mu.Unlock()
	if leads {
		g.serve(context.WithoutCancel(ctx), key)
	}
	return <-w.done
}

// serve carries out the jobs of a key until none waits. When that panics, those of the call and all
// that wait have failed.
func (g *group[K, J]) serve(ctx context.Context, key K) {
	var jobs []waiter[J]
	ended := false
	defer func() {
		if !ended {
			g.fail(key, jobs)
		}
	}()
	for {
		if jobs = g.next(key); len(jobs) == 0 {
			ended = true
			return
		}
		list := make([]J, len(jobs))
		for i, w := range jobs {
			list[i] = w.job
		}
		for i, err := range g.do(ctx, key, list) {
			jobs[i].done <- err
		}
	}
}

// fail ends the key's turn with a failure of these jobs and all that wait.
func (g *group[K, J]) fail(key K, jobs []waiter[J]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, w := range slices.Concat(jobs, g.waiting[key]) {
		w.done <- fmt.Errorf("dynamo: do together: %w", fault.New(fault.Internal))
	}
	delete(g.waiting, key)
	delete(g.busy, key)
}

// next takes the jobs of the next call; none ends the key's turn.
func (g *group[K, J]) next(key K) []waiter[J] {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := g.waiting[key]
	n := min(len(all), g.most)
	if n == 0 {
		delete(g.waiting, key)
		delete(g.busy, key)
		return nil
	}
	g.waiting[key] = all[n:]
	return all[:n:n]
}
