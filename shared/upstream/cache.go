package upstream

import (
	"context"
	"time"

	"lineproof/shared/cache"
)

// Cached is a Directory that keeps what it read.
type Cached struct {
	kept cache.Cache[struct{}, []Upstream]
}

// NewCached returns one that reads d when it keeps nothing, and keeps that for so long by the clock
// now: a change takes that long to show.
func NewCached(d Directory, keep time.Duration, now func() time.Time) *Cached {
	return &Cached{cache.Cache[struct{}, []Upstream]{
		Look: func(ctx context.Context, _ struct{}) ([]Upstream, error) {
			return d.Upstreams(ctx)
		},
		Keep: keep, Most: 1, Now: now,
	}}
}

// Upstreams returns all that administrators have put. It fails as its Directory does.
func (c *Cached) Upstreams(ctx context.Context) ([]Upstream, error) {
	return c.kept.Get(ctx, struct{}{})
}
