package memory

import (
	"context"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"time"

	"lineproof/shared/network"
)

// Sessions is a network.Directory and a network.Registry. A lookup tries every session: they are as
// many as a person types.
type Sessions struct {
	mu       sync.Mutex
	sessions map[network.Identity]network.Session
}

// NewSessions gives an empty directory.
func NewSessions() *Sessions { return &Sessions{sessions: map[network.Identity]network.Session{}} }

// Reset forgets every session.
func (s *Sessions) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.sessions)
}

// PutSession records a session, in place of one of the same prefix, ports and start, as
// network.Registry says.
func (s *Sessions) PutSession(_ context.Context, session network.Session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := session.Identity()
	if known, ok := s.sessions[key]; !ok || !known.Number.Equal(session.Number) ||
		!known.End.Before(session.End) {
		s.sessions[key] = session
	}
	return nil
}

// Session gives the session of who holds the connection, or network.ErrUnresolved.
func (s *Sessions) Session(
	_ context.Context, at netip.AddrPort, now time.Time,
) (network.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return network.Holder(slices.Collect(maps.Values(s.sessions)), at, now)
}
