package verification

import (
	"context"
	"time"

	"lineproof/shared/account"
)

// Unblocker ends the blocks of networks.
type Unblocker struct {
	// Administrator tells that an administrator asks. An owner lifts at most one block a day (see
	// Lift).
	Administrator bool
	// Store keeps the blocks.
	Store DenialStore
	// Now tells the time.
	Now func() time.Time
}

// LongestUnblock is how long an unblocked network can be kept from being blocked again.
const LongestUnblock = 24 * time.Hour

// Unblock ends the block of the network, as a request that it refused named it (see [NetworkOf]),
// and returns the time until which it cannot be blocked again, which is as long as keep, at most
// LongestUnblock, from now. It fails with fault.TooManyRequests or Unavailable.
func (u Unblocker) Unblock(
	ctx context.Context, owner account.Key, network string, keep time.Duration,
) (time.Time, error) {
	l := Lift{Account: owner, Network: network, Owner: !u.Administrator, Now: u.Now()}
	l.Until = l.Now.Add(min(keep, LongestUnblock))
	return l.Until, u.Store.Unblock(ctx, l)
}
