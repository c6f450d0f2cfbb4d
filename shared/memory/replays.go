package memory

import (
	"context"
	"sync"
	"time"

	"lineproof/shared/grant"
)

// Replays is a grant.ReplayStore.
type Replays struct {
	mu      sync.Mutex
	expires map[string]time.Time
}

// NewReplays gives a store that has seen nothing yet.
func NewReplays() *Replays { return &Replays{expires: map[string]time.Time{}} }

// Reset forgets every key.
func (s *Replays) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.expires)
}

// Once records key until expires, or fails with grant.ErrReplayed.
func (s *Replays) Once(_ context.Context, key string, now, expires time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.expires[key].After(now) {
		return grant.ErrReplayed
	}
	s.expires[key] = expires
	return nil
}
