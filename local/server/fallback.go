package server

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"

	"lineproof/shared/account"
	fallbackapi "lineproof/shared/api/fallback"
	"lineproof/shared/api/nexmo"
	"lineproof/shared/dialect"
	"lineproof/shared/fallback"
	"lineproof/shared/fault"
	"lineproof/shared/message"
	"lineproof/shared/numbering"
	"lineproof/shared/pin"
	"lineproof/shared/silent"
	"lineproof/shared/web"
)

// steps runs the two steps of a fallback as the state machine does, so far as one process without failures needs it.
type steps struct {
	silent fallback.SilentStep
	pin    fallback.PINStep

	mu      sync.Mutex
	started map[string]bool
}

// Start runs the steps of an execution, once, to where it waits for its PIN.
func (s *steps) Start(ctx context.Context, execution string) error {
	s.mu.Lock()
	repeated := s.started[execution]
	s.started[execution] = true
	s.mu.Unlock()
	if repeated {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	go func() {
		r, err := s.silent.Run(ctx, execution)
		if err == nil && !r.Verified {
			err = s.pin.Run(ctx, execution, execution)
		}
		if err != nil {
			s.pin.Log.ErrorContext(ctx, "fallback failed",
				"execution", execution, "failure", fault.As(err))
			_, _ = s.pin.Conclude(ctx, execution) // the store is this process: there is nobody else to tell
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
func (s *Server) newSteps(k keys, prover silent.Prover, log *slog.Logger) *steps {
	now := s.clock.Now
	made := &steps{started: map[string]bool{}}
	made.silent = fallback.SilentStep{
		Store: s.stores.fallbacks, Keys: k.fallbacks, Prover: prover, Log: log,
	}
	made.pin = fallback.PINStep{
		Store: s.stores.fallbacks, Machine: made, Keys: k.fallbacks, Former: fallbackapi.Former,
		Finder: s.stores.pins, Now: now, Log: log,
		Accounts:  s.stores.accounts,
		Peppers:   k.accountPeppers,
		Requester: pin.Requester{Store: s.stores.pins, Outbox: s.outbox, Keys: k.pins, Now: now},
	}
	return made
}

// fallbackEndpoints wires the operations of fallbacks and the steps behind them.
func (s *Server) fallbackEndpoints(k keys, prover silent.Prover, log *slog.Logger) map[dialect.Operation]web.Endpoint {
	now, store := s.clock.Now, s.stores.fallbacks
	s.steps = s.newSteps(k, prover, log)
	s.waiting = fallback.Finisher{Store: store, Machine: s.steps}
	accounts := account.Authenticator{
		Accounts: s.stores.accounts, Peppers: k.accountPeppers, Now: now,
	}
	return map[dialect.Operation]web.Endpoint{
		dialect.FallbackStart: fallbackapi.Start(fallbackapi.Starting{
			Accounts: accounts, Admitter: pin.Admitter{Store: s.stores.pins, Now: now}, Reader: nexmo.Reader{Line: numbering.Parse, Locale: message.LocaleFor}, Store: store,
			Machine: s.steps, Keys: k.fallbacks, Names: k.names,
			Issuer: s.issuer, Now: now, Random: rand.Reader,
		}),
		dialect.FallbackState: fallbackapi.State(accounts, store, now),
		dialect.FallbackCheck: fallbackapi.Check(fallbackapi.Checking{
			Accounts: accounts, Store: store, Ended: store, Now: now,
			Checker: pin.Checker{
				Store: s.stores.pins, Outbox: s.outbox, Keys: k.pins, Now: now, Random: rand.Reader,
			},
		}),
	}
}
