package dynamodel

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Schedule lets operations make their calls one at a time, in an order that [Interleave] chooses.
// Each call stops before it is carried out; what an operation does between two calls, and its
// pauses, happen at once. A transaction is one step, and under a schedule tables are to have no
// latencies.
type Schedule struct {
	script  []int // what is chosen first; 0 from there on
	taken   []choice
	running atomic.Bool

	mu      sync.Mutex
	waiting []waiting
}

// choice is one of a number of possibilities.
type choice struct{ chosen, of int }

// waiting is a call that has stopped.
type waiting struct {
	actor    int
	lateness lateness
	goOn     chan struct{}
}

// lateness tells a call whose caller waits for it from one that is carried out later.
type lateness int

const (
	inTime lateness = iota
	late
)

// Interleave plays one test for every choice that its Schedule can make, each time in a bubble of
// testing/synctest, until one fails. It returns how many schedules that were.
func Interleave(t *testing.T, play func(*testing.T, *Schedule)) (schedules int) {
	t.Helper()
	var script []int
	for more := true; more; schedules++ {
		s := &Schedule{script: script}
		synctest.Test(t, func(t *testing.T) { play(t, s) })
		if t.Failed() {
			t.Logf("in schedule %v", s)
			return schedules
		}
		script, more = s.following()
	}
	return schedules
}

// following returns the script of the next schedule, if there is one.
func (s *Schedule) following() (script []int, more bool) {
	for i, c := range slices.Backward(s.taken) {
		if c.chosen+1 < c.of {
			for _, before := range s.taken[:i] {
				script = append(script, before.chosen)
			}
			return append(script, c.chosen+1), true
		}
	}
	return nil, false
}

// String tells the choices.
func (s *Schedule) String() string {
	chosen := make([]int, len(s.taken))
	for i, c := range s.taken {
		chosen[i] = c.chosen
	}
	return fmt.Sprint(chosen)
}

// Choose returns one of 0 to n-1, in the end each of them. It may be called before and after Run,
// and while a call is carried out: by what chooses its fault.
func (s *Schedule) Choose(n int) int {
	if n < 2 {
		return 0
	}
	c := choice{of: n}
	if i := len(s.taken); i < len(s.script) {
		c.chosen = s.script[i]
	}
	s.taken = append(s.taken, c)
	return c.chosen
}

// patience is how long operations may neither call nor end, and glance how often that is looked at.
const (
	patience = time.Hour
	glance   = 10 * time.Millisecond
)

// Run runs the operations until all have ended, and calls that come late are carried out. Each
// hands its context to the calls that it makes.
func (s *Schedule) Run(t testing.TB, operations ...func(context.Context)) {
	t.Helper()
	s.running.Store(true)
	defer s.running.Store(false)
	ended := make([]atomic.Bool, len(operations))
	for i, operation := range operations {
		ctx := context.WithValue(t.Context(), actorKey{}, i)
		go func() {
			defer ended[i].Store(true)
			operation(ctx)
		}()
		synctest.Wait()
	}
	deadline := time.Now().Add(patience)
	for synctest.Wait(); ; synctest.Wait() {
		stopped := s.stopped()
		switch {
		case s.pauses(ended, stopped) && time.Now().Before(deadline):
			time.Sleep(glance)
		case len(stopped) > 0:
			s.release(stopped[s.Choose(len(stopped))])
			deadline = time.Now().Add(patience)
		case s.pauses(ended, stopped):
			t.Fatal("an operation neither calls nor ends")
		default:
			return
		}
	}
}

// pauses tells whether an operation has neither ended nor stopped.
func (s *Schedule) pauses(ended []atomic.Bool, stopped []waiting) bool {
	for i := range ended {
		calls := slices.ContainsFunc(stopped, func(w waiting) bool { return w.actor == i })
		if !ended[i].Load() && !calls {
			return true
		}
	}
	return false
}

// stopped returns the calls that wait, in the order of their operations, and those that come late
// behind those that do not: which of the two has stopped first is up to the processor.
func (s *Schedule) stopped() []waiting {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedStableFunc(slices.Values(s.waiting),
		func(a, b waiting) int {
			return cmp.Or(cmp.Compare(a.actor, b.actor), cmp.Compare(a.lateness, b.lateness))
		})
}

func (s *Schedule) release(w waiting) {
	s.mu.Lock()
	s.waiting = slices.DeleteFunc(s.waiting, func(o waiting) bool { return o.goOn == w.goOn })
	s.mu.Unlock()
	close(w.goOn)
}

// stop stops a call until it is let go on; at once when nothing runs, or there is no schedule.
func (s *Schedule) stop(ctx context.Context, l lateness) {
	if s == nil || !s.running.Load() {
		return
	}
	w := waiting{actorOf(ctx), l, make(chan struct{})}
	s.mu.Lock()
	s.waiting = append(s.waiting, w)
	s.mu.Unlock()
	<-w.goOn
}
