package memory

import (
	"context"
	"slices"
	"sync"

	"lineproof/shared/upstream"
)

// Upstreams is an upstream.Directory.
type Upstreams struct {
	mu  sync.Mutex
	all []upstream.Upstream
}

// NewUpstreams gives a directory of none.
func NewUpstreams() *Upstreams { return &Upstreams{} }

// Put puts an upstream, in place of one of the same name.
func (s *Upstreams) Put(u upstream.Upstream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.without(u.Name), u)
}

// Delete takes an upstream away.
func (s *Upstreams) Delete(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = s.without(name)
}

func (s *Upstreams) without(name string) []upstream.Upstream {
	return slices.DeleteFunc(
		slices.Clone(s.all), func(u upstream.Upstream) bool { return u.Name == name },
	)
}

// Upstreams returns all of them.
func (s *Upstreams) Upstreams(context.Context) ([]upstream.Upstream, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.all), nil
}
