// Package cache owns what keeps answers of a store for a while, so that a busy function reads each
// once and not at every request.
package cache

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Cache keeps what was looked up under a key. It is safe for concurrent use.
type Cache[K comparable, V any] struct {
	// Look is asked for what is not kept.
	Look func(ctx context.Context, key K) (V, error)
	// Missing is what Look fails with for what does not exist. That answer is kept as well; nil
	// keeps none. Other failures are never kept.
	Missing error
	// Keep is how long an answer is kept, and so how long a change may take to show.
	Keep time.Duration
	// Most bounds the memory: so many answers are kept, and when one more comes, all are forgotten
	// at once and read again as needed.
	Most int
	// Now tells the time.
	Now func() time.Time

	mu   sync.Mutex
	kept map[K]answer[V]
}

type answer[V any] struct {
	value V
	err   error
	until time.Time
}

// Get returns what stands under the key. It fails as Look does.
func (c *Cache[K, V]) Get(ctx context.Context, key K) (V, error) {
	now := c.Now()
	if found, ok := c.find(key, now); ok {
		return found.value, found.err
	}
	return c.look(ctx, key, now)
}

// Renew returns what stands under the key now, whatever is kept. It fails as Look does.
func (c *Cache[K, V]) Renew(ctx context.Context, key K) (V, error) {
	return c.look(ctx, key, c.Now())
}

func (c *Cache[K, V]) look(ctx context.Context, key K, now time.Time) (V, error) {
	value, err := c.Look(ctx, key)
	if err == nil || c.Missing != nil && errors.Is(err, c.Missing) {
		c.keep(key, answer[V]{value, err, now.Add(c.Keep)})
	}
	return value, err
}

func (c *Cache[K, V]) find(key K, now time.Time) (answer[V], bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, ok := c.kept[key]
	return found, ok && now.Before(found.until)
}

func (c *Cache[K, V]) keep(key K, what answer[V]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil || len(c.kept) >= c.Most {
		c.kept = map[K]answer[V]{}
	}
	c.kept[key] = what
}
