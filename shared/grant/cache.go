package grant

import (
	"context"
	"time"

	"lineproof/shared/cache"
)

// mostKept is how many clients are kept.
const mostKept = 1024

// CachedClients is a ClientStore that keeps what it looked up. A client that does not exist is not
// kept: one just registered works at once.
type CachedClients struct{ kept cache.Cache[string, Client] }

// NewCachedClients returns one that asks clients for what it does not keep, and keeps each client
// for so long by the clock now: as long as a change may take to show.
func NewCachedClients(
	clients ClientStore, keep time.Duration, now func() time.Time,
) *CachedClients {
	return &CachedClients{cache.Cache[string, Client]{
		Look: clients.Client, Keep: keep, Most: mostKept, Now: now,
	}}
}

// Client returns the client registered as id, or ErrNotFound. It fails as its ClientStore does.
func (c *CachedClients) Client(ctx context.Context, id string) (Client, error) {
	return c.kept.Get(ctx, id)
}
