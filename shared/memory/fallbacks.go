package memory

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"lineproof/shared/fallback"
)

// Fallbacks is a fallback.Store.
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

// Begin writes a new fallback, as fallback.Store says.
func (s *Fallbacks) Begin(_ context.Context, f fallback.Fallback) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.kept[f.Execution]; taken {
		return fallback.ErrRefused
	}
	s.kept[f.Execution] = f
	return nil
}

// Fallback gives the fallback as it stands, as fallback.Store says.
func (s *Fallbacks) Fallback(_ context.Context, execution string) (fallback.Fallback, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, known := s.kept[execution]
	if !known {
		return f, fallback.ErrNotFound
	}
	return f, nil
}

// Await makes it wait under a token, as fallback.Store says.
func (s *Fallbacks) Await(_ context.Context, execution, token string) (fallback.Fallback, error) {
	return s.change(execution, []fallback.State{fallback.Silent, fallback.PIN}, func(f *fallback.Fallback) {
		f.State, f.Token = fallback.PIN, token
	})
}

// Request sets the request_id, as fallback.Store says.
func (s *Fallbacks) Request(_ context.Context, execution, id string) error {
	_, err := s.change(execution, []fallback.State{fallback.Silent, fallback.PIN, fallback.Done}, func(f *fallback.Fallback) { f.RequestID = id })
	return err
}

// Decide ends it, as fallback.Store says.
func (s *Fallbacks) Decide(_ context.Context, execution string, r fallback.Result, from ...fallback.State) (fallback.Fallback, error) {
	return s.change(execution, from, func(f *fallback.Fallback) {
		r.RequestID = cmp.Or(r.RequestID, f.RequestID)
		f.State, f.Result, f.RequestID, f.Sealed = fallback.Done, r, r.RequestID, nil
	})
}

func (s *Fallbacks) change(execution string, from []fallback.State, change func(*fallback.Fallback)) (fallback.Fallback, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, known := s.kept[execution]
	switch {
	case !known:
		return f, fallback.ErrNotFound
	case !slices.Contains(from, f.State):
		return f, fallback.ErrRefused
	}
	change(&f)
	s.kept[execution] = f
	return f, nil
}
