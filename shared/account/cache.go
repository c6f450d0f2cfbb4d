package account

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Cached keeps looked-up accounts for a while, so that a busy function reads each once a minute and not at every request.
// A key that does not exist is kept as long as one that does: so no probe, whenever it comes, finds
// by its time which keys exist.
type Cached struct {
	// Accounts is asked for what is not kept.
	Accounts Accounts
	// Keep is how long an answer is kept. A change takes that long to show, and so does a new account
	// whose key was asked for before it was opened.
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

// mostKept bounds the memory, of unknown keys too: when it is reached, everything is forgotten at
// once and read again as needed.
const mostKept = 4096

// Account gives the account of the key, or ErrNotFound. It fails as its Accounts do.
func (c *Cached) Account(ctx context.Context, k Key) (Account, error) {
	now := c.Now()
	if found, ok := c.find(k, now); ok {
		return found.answer()
	}
	a, err := c.Accounts.Account(ctx, k)
	if err == nil || errors.Is(err, ErrNotFound) {
		c.keep(k, kept{a, err == nil, now.Add(c.Keep)})
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
