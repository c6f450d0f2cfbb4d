package grant

import (
	"context"
	"sync"
	"time"
)

// CachedClients keeps looked-up clients for a while, so that a busy function reads each once a minute and not at every request.
// A client that does not exist is not kept: one just registered works at once; a change takes up to Keep.
type CachedClients struct {
	// Clients is asked for what is not kept.
	Clients Clients
	// Keep is how long a client is kept.
	Keep time.Duration
	// Now tells the time.
	Now func() time.Time

	mu   sync.Mutex
	kept map[string]keptClient
}

type keptClient struct {
	client Client
	until  time.Time
}

// mostKept bounds the memory; when it is reached, everything is forgotten at once and read again as needed.
const mostKept = 1024

// Client gives the client registered as id, or ErrNotFound.
func (c *CachedClients) Client(ctx context.Context, id string) (Client, error) {
	now := c.Now()
	if client, ok := c.find(id, now); ok {
		return client, nil
	}
	client, err := c.Clients.Client(ctx, id)
	if err != nil {
		return Client{}, err
	}
	c.keep(client, now.Add(c.Keep))
	return client, nil
}

func (c *CachedClients) find(id string, now time.Time) (Client, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept, ok := c.kept[id]
	return kept.client, ok && now.Before(kept.until)
}

func (c *CachedClients) keep(client Client, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil || len(c.kept) >= mostKept {
		c.kept = map[string]keptClient{}
	}
	c.kept[client.ID] = keptClient{client, until}
}
