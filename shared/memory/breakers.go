package memory

import (
	"context"
	"sync"

	"lineproof/shared/upstream"
)

// Breakers is an upstream.Breakers and an upstream.GateStore.
type Breakers struct {
	mu   sync.Mutex
	all  map[upstream.Circuit]upstream.Breaker
	days map[upstream.Day]int64
}

// NewBreakers gives a store of breakers that nobody has written.
func NewBreakers() *Breakers {
	return &Breakers{
		all: map[upstream.Circuit]upstream.Breaker{}, days: map[upstream.Day]int64{},
	}
}

// Reset forgets every breaker and every day.
func (s *Breakers) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.all)
	clear(s.days)
}

// Breaker returns a breaker.
func (s *Breakers) Breaker(_ context.Context, c upstream.Circuit) (upstream.Breaker, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all[c], nil
}

// Breakers returns the breakers of an upstream.
func (s *Breakers) Breakers(
	_ context.Context, name string,
) (map[upstream.Operation]upstream.Breaker, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := map[upstream.Operation]upstream.Breaker{}
	for c, b := range s.all {
		if c.Upstream == name {
			found[c.Operation] = b
		}
	}
	return found, nil
}

// PutBreaker writes a breaker in place of the one that was read, and returns the one that then
// stands.
func (s *Breakers) PutBreaker(
	_ context.Context, c upstream.Circuit, b upstream.Breaker,
) (upstream.Breaker, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next, err := b.Next(s.all[c])
	if err != nil {
		return s.all[c], err
	}
	s.all[c] = next
	return next, nil
}

// Count counts another authorization of a day.
func (s *Breakers) Count(_ context.Context, d upstream.Day, limit int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	counted, err := upstream.Another(s.days[d], limit)
	if err == nil {
		s.days[d] = counted
	}
	return err
}
