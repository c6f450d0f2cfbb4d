package memory

import (
	"context"
	"sync"
	"time"

	"lineproof/shared/grant"
)

// Grants is a grant.Store and a grant.UseStore.
type Grants struct {
	mu     sync.Mutex
	grants map[string]grant.Grant
}

// NewGrants gives a store without grants.
func NewGrants() *Grants { return &Grants{grants: map[string]grant.Grant{}} }

// Reset forgets every grant.
func (s *Grants) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.grants)
}

// Put writes a new grant, or fails with grant.ErrRefused when its ID is taken or none.
func (s *Grants) Put(_ context.Context, g grant.Grant) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.grants[g.ID]; taken || g.ID == "" {
		return grant.ErrRefused
	}
	s.grants[g.ID] = g
	return nil
}

// Grant gives the grant as it stands, or grant.ErrNotFound.
func (s *Grants) Grant(_ context.Context, id string) (grant.Grant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, known := s.grants[id]
	if !known {
		return grant.Grant{}, grant.ErrNotFound
	}
	return g, nil
}

// Redeem turns a grant to issued, as grant.Store says.
func (s *Grants) Redeem(_ context.Context, r grant.Redemption) (grant.Grant, error) {
	return s.decide(r.ID, func(g *grant.Grant) bool { return g.Redeem(r) })
}

// Land takes a subscriber back, as grant.LegStore says.
func (s *Grants) Land(_ context.Context, l grant.Landing) (grant.Grant, error) {
	return s.decide(l.ID, func(g *grant.Grant) bool { return g.Land(l) })
}

// Authorize gives a landed grant its code, as grant.LegStore says.
func (s *Grants) Authorize(_ context.Context, a grant.Authorization) (grant.Grant, error) {
	return s.decide(a.ID, func(g *grant.Grant) bool { return g.Authorize(a) })
}

// Poll records a poll of a pending grant, as grant.Store says.
func (s *Grants) Poll(_ context.Context, p grant.Poll) (grant.Grant, error) {
	return s.decide(p.ID, func(g *grant.Grant) bool { return g.Poll(p) })
}

// Rotate raises the generation of an issued grant by one, as grant.Store says.
func (s *Grants) Rotate(
	_ context.Context, id, client string, generation int, now time.Time,
) (grant.Grant, error) {
	return s.decide(id, func(g *grant.Grant) bool { return g.Rotate(client, generation, now) })
}

// Revoke turns the grant to revoked, whatever its state.
func (s *Grants) Revoke(_ context.Context, id string) error {
	_, _ = s.decide(id, func(g *grant.Grant) bool {
		g.State = grant.Revoked
		return true
	})
	return nil
}

// Use turns an issued grant to used, as grant.UseStore says.
func (s *Grants) Use(_ context.Context, id string, now time.Time) (grant.Grant, error) {
	return s.decide(id, func(g *grant.Grant) bool { return g.Use(now) })
}

// decide lets change look at the grant and change it, both under the lock, and keeps what it
// changed when it says so.
func (s *Grants) decide(id string, change func(*grant.Grant) bool) (grant.Grant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, known := s.grants[id]
	if !known || !change(&g) {
		return g, grant.ErrRefused
	}
	s.grants[id] = g
	return g, nil
}
