package account

import (
	"context"
	"time"

	"lineproof/shared/cache"
)

// mostKept is how many accounts, and keys of none, are kept.
const mostKept = 4096

// Cached is an Accounts that keeps what it looked up. A key that does not exist is kept as long as
// one that does: so no probe, whenever it comes, finds by its time which keys exist.
type Cached struct{ kept cache.Cache[Key, Account] }

// NewCached returns one that asks accounts for what it does not keep, and keeps each answer for so
// long by the clock now. A change takes that long to show, and so does a new account whose key was
// asked for before it was opened.
func NewCached(accounts Accounts, keep time.Duration, now func() time.Time) *Cached {
	return &Cached{cache.Cache[Key, Account]{
		Look: accounts.Account, Missing: ErrNotFound, Keep: keep, Most: mostKept, Now: now,
	}}
}

// Account returns the account of the key, or ErrNotFound. It fails as its Accounts do.
func (c *Cached) Account(ctx context.Context, k Key) (Account, error) { return c.kept.Get(ctx, k) }
