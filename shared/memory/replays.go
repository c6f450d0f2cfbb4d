package memory

import (
	"context"
	"sync"
	"time"

	"lineproof/shared/grant"
)

// Replays is a grant.ReplayStore.
type Replays struct {
	mu    sync.Mutex
	taken map[string]grant.Taking
}

// NewReplays gives a store that has seen nothing yet.
func NewReplays() *Replays { return &Replays{taken: map[string]grant.Taking{}} }

// Reset forgets every key.
func (s *Replays) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.taken)
}

// Once records key as taken until expires, or fails with grant.ErrReplayed.
func (s *Replays) Once(_ context.Context, key, by string, now, expires time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if taken := s.taken[key]; taken.Stands(now) {
		return taken.Again(by, now)
	}
	s.taken[key] = grant.Taking{By: by, At: now, Expires: expires}
	return nil
}
