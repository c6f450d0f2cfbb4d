package memory

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"lineproof/shared/upstream"
)

// Upstreams is an upstream.Registry.
type Upstreams struct {
	mu  sync.Mutex
	all map[string]upstream.Upstream
}

// NewUpstreams gives a registry of none.
func NewUpstreams() *Upstreams { return &Upstreams{all: map[string]upstream.Upstream{}} }

// Reset forgets every upstream.
func (s *Upstreams) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.all)
}

// Put writes an upstream, in place of the one that was read.
func (s *Upstreams) Put(_ context.Context, u upstream.Upstream) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next, err := u.After(s.all[u.Name])
	if err == nil {
		s.all[u.Name] = next
	}
	return err
}

// Upstreams returns all of them, by their names.
func (s *Upstreams) Upstreams(context.Context) ([]upstream.Upstream, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.Collect(maps.Values(s.all))
	slices.SortFunc(all, func(a, b upstream.Upstream) int {
		return strings.Compare(a.Name, b.Name)
	})
	return all, nil
}
