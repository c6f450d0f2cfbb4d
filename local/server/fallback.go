package server

import (
	"context"
	"crypto/rand"
	"sync"

	"lineproof/shared/account"
	"lineproof/shared/api"
	"lineproof/shared/dialect"
	"lineproof/shared/fallback"
	"lineproof/shared/numbering"
	"lineproof/shared/pin"
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

// fallbackEndpoints wires the operations of fallbacks and the steps behind them.
func (s *Server) fallbackEndpoints(k keys, exchange api.Exchange) map[dialect.Operation]web.Endpoint {
	ring := func() fallback.Ring { return k.fallbacks }
	pins := func() pin.Ring { return k.pins }
	peppers := func() account.Ring { return k.peppers }
	machine := &steps{started: map[string]bool{}}
	machine.silent = fallback.SilentStep{Store: s.stores.fallbacks, Keys: ring, Prove: api.Silent(exchange)}
	machine.pin = fallback.PINStep{
		Store: s.stores.fallbacks, Machine: machine, Keys: ring, Caller: api.FallbackCaller(s.stores.accounts, peppers), Reader: numbering.Reader(),
		Requester: pin.Requester{Store: s.stores.pins, Outbox: s.outbox, Keys: pins, Now: s.clock.Now}, Finder: s.stores.pins, Now: s.clock.Now,
	}
	s.steps, s.waiting = machine, fallback.Finisher{Store: s.stores.fallbacks, Machine: machine}
	accounts := api.Accounts{Authenticator: account.Authenticator{Accounts: s.stores.accounts, Peppers: peppers, Now: s.clock.Now}}
	return map[dialect.Operation]web.Endpoint{
		dialect.FallbackStart: api.FallbackStart(api.Fallbacks{
			Accounts: accounts, Reader: numbering.Reader(), Store: s.stores.fallbacks, Machine: machine, Keys: ring,
			Issuer: s.issuer, Locate: api.Locate(nil), Now: s.clock.Now, Random: rand.Reader,
		}),
		dialect.FallbackState: api.FallbackState(accounts, s.stores.fallbacks, s.clock.Now),
	}
}
