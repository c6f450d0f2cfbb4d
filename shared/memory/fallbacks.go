package memory

import (
	"context"
	"sync"
	"time"

	"lineproof/shared/fallback"
)

// Fallbacks keeps fallbacks, as the interfaces of package fallback say.
type Fallbacks struct {
	mu   sync.Mutex
	kept map[string]fallback.Fallback
}

// NewFallbacks gives an empty store.
func NewFallbacks() *Fallbacks { return &Fallbacks{kept: map[string]fallback.Fallback{}} }

// Reset forgets every fallback.
func (s *Fallbacks) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.kept)
}

// Begin writes a new fallback, as fallback.BeginStore says.
func (s *Fallbacks) Begin(_ context.Context, f fallback.Fallback, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, taken := s.kept[f.Execution]; taken && now.Before(old.Expires) {
		return fallback.ErrRefused
	}
	s.kept[f.Execution] = f
	return nil
}

// Fallback returns the fallback as it stands, as fallback.Reader says.
func (s *Fallbacks) Fallback(_ context.Context, execution string) (fallback.Fallback, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, known := s.kept[execution]
	if !known {
		return f, fallback.ErrNotFound
	}
	return f, nil
}

// Note keeps what the silent way came to, as fallback.SilentStore says.
func (s *Fallbacks) Note(
	_ context.Context, execution string, came fallback.SilentResult,
) (fallback.Fallback, error) {
	return s.change(
		execution, func(f fallback.Fallback) (fallback.Fallback, bool) { return f.Note(came) },
	)
}

// Await makes it wait under a token, as fallback.WaitStore says.
func (s *Fallbacks) Await(_ context.Context, execution, token string) (fallback.Fallback, error) {
	return s.change(
		execution, func(f fallback.Fallback) (fallback.Fallback, bool) { return f.Await(token) },
	)
}

// Request sets the request_id, as fallback.WaitStore says.
func (s *Fallbacks) Request(_ context.Context, execution, id string) error {
	_, err := s.change(execution, func(f fallback.Fallback) (fallback.Fallback, bool) {
		f.RequestID = id
		return f, true
	})
	return err
}

// Decide ends it, as fallback.DecideStore says.
func (s *Fallbacks) Decide(
	_ context.Context, execution string, r fallback.Result, from ...fallback.State,
) (fallback.Fallback, error) {
	return s.change(
		execution,
		func(f fallback.Fallback) (fallback.Fallback, bool) { return f.Decide(r, from...) },
	)
}

// change lets f change the fallback of that name, and keeps what it changed when it says so.
func (s *Fallbacks) change(
	execution string, f func(fallback.Fallback) (fallback.Fallback, bool),
) (fallback.Fallback, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	stands, known := s.kept[execution]
	if !known {
		return stands, fallback.ErrNotFound
	}
	stands, changed := f(stands)
	if !changed {
		return stands, fallback.ErrRefused
	}
	s.kept[execution] = stands
	return stands, nil
}
