package server

import (
	"context"
	"sync"

	"lineproof/local/assembly"
	"lineproof/shared/fallback"
	"lineproof/shared/fault"
)

// steps runs the two steps of a fallback as the state machine does, so far as one process without
// failures needs it.
type steps struct {
	silent fallback.SilentStep
	pin    fallback.PINStep

	mu      sync.Mutex
	started map[string]bool
}

// Start runs the steps of an execution, once, to where it waits for its PIN.
func (s *steps) Start(_ context.Context, execution string) error {
	s.mu.Lock()
	repeated := s.started[execution]
	s.started[execution] = true
	s.mu.Unlock()
	if repeated {
		return nil
	}
	go func() { //nolint:gosec // a step knows nothing of the request that began it
		ctx := context.Background()
		r, err := s.silent.Run(ctx, execution)
		if err == nil && !r.Verified {
			err = s.pin.Run(ctx, execution, execution)
		}
		if err != nil {
			s.pin.Log.ErrorContext(ctx, "fallback failed",
				"execution", execution, "failure", fault.As(err))
			// the store is this process: there is nobody else to tell
			_, _ = s.pin.Conclude(ctx, execution)
		}
	}()
	return nil
}

// reset forgets what was started.
func (s *steps) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.started)
}

// Succeed does nothing: the result stands in the record.
func (s *steps) Succeed(context.Context, string, fallback.Result) error { return nil }

// newSteps returns the steps that follow each other in the state machine.
func newSteps(p assembly.Ports) *steps {
	made := &steps{silent: assembly.SilentStep(p), started: map[string]bool{}}
	made.pin = assembly.PINStep(p, made)
	return made
}
