package server

import (
	"math"
	"sync"
	"time"
)

// Clock is the one clock that everything in the local server reads: another one, moved ahead by a
// person or a test.
type Clock struct {
	other func() time.Time
	mu    sync.Mutex
	ahead time.Duration
}

// Now gives the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.other().Add(c.ahead)
}

// Advance moves the clock ahead by d, which is not negative, and gives the new time. It stops where
// a duration ends, 292 years ahead, for beyond that it would run over and go back.
func (c *Clock) Advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += min(d, math.MaxInt64-c.ahead)
	return c.other().Add(c.ahead)
}

// Reset brings the clock back to the other's time.
func (c *Clock) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead = 0
}
