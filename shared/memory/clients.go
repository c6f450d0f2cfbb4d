package memory

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"lineproof/shared/grant"
)

// Clients is a grant.ClientStore.
type Clients struct {
	mu      sync.Mutex
	clients map[string]grant.Client
}

// NewClients gives a registry without clients.
func NewClients() *Clients { return &Clients{clients: map[string]grant.Client{}} }

// Put registers c under its ID, in place of who was read there.
func (s *Clients) Put(_ context.Context, c grant.Client) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next, err := c.After(s.clients[c.ID])
	if err == nil {
		s.clients[c.ID] = next
	}
	return err
}

// EachClient hands over every client, by ID.
func (s *Clients) EachClient(_ context.Context, take func(grant.Client) error) error {
	s.mu.Lock()
	all := slices.Collect(maps.Values(s.clients))
	s.mu.Unlock()
	slices.SortFunc(all, func(a, b grant.Client) int { return strings.Compare(a.ID, b.ID) })
	for _, c := range all {
		if err := take(c); err != nil {
			return err
		}
	}
	return nil
}

// Client gives the client registered as id, or grant.ErrNotFound.
func (s *Clients) Client(_ context.Context, id string) (grant.Client, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, known := s.clients[id]
	if !known {
		return grant.Client{}, grant.ErrNotFound
	}
	return c, nil
}
