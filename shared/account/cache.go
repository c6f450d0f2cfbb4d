package account

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Cached keeps looked-up accounts for a while, so that a busy function reads each once a minute and not at every request.
// A key that does not exist is kept as well, for then it takes as long to refuse as a wrong secret.
type Cached struct {
	// Accounts is asked for what is not kept.
	Accounts Accounts
	// Keep is how long an account is kept: a change takes that long to show.
	Keep time.Duration
	// Now tells the time.
	Now func() time.Time

	mu   sync.Mutex
	kept map[Key]kept
}

type kept struct {
	account Account
	known   bool
	until   time.Time
}

// The bounds of what is kept: when mostKept is reached, everything is forgotten and read again as needed. An unknown key
// is forgotten soon, for the account may be opened any moment.
const (
	mostKept    = 4096
	keepUnknown = 2 * time.Second
)

// Account gives the account of the key, or ErrNotFound. It fails as its Accounts do.
func (c *Cached) Account(ctx context.Context, k Key) (Account, error) {
	now := c.Now()
	if found, ok := c.find(k, now); ok {
		return found.answer()
	}
	a, err := c.Accounts.Account(ctx, k)
	switch {
	case err == nil:
		c.keep(k, kept{a, true, now.Add(c.Keep)})
	case errors.Is(err, ErrNotFound):
		c.keep(k, kept{until: now.Add(min(keepUnknown, c.Keep))})
	}
	return a, err
}

// Reset forgets every account.
func (c *Cached) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.kept)
}

func (k kept) answer() (Account, error) {
	if !k.known {
		return Account{}, ErrNotFound
	}
	return k.account, nil
}

func (c *Cached) find(k Key, now time.Time) (kept, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, ok := c.kept[k]
	return found, ok && now.Before(found.until)
}

func (c *Cached) keep(k Key, what kept) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil || len(c.kept) >= mostKept {
		c.kept = map[Key]kept{}
	}
	c.kept[k] = what
}
