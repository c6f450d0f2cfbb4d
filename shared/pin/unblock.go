package pin

import (
	"context"
	"strconv"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
)

// Unblocker ends the blocks of networks.
type Unblocker struct {
	// Administrator tells that an administrator asks. An owner lifts at most one block a day (see
	// Lift).
	Administrator bool
	// Store keeps the blocks.
	Store Denials
	// Now tells the time.
	Now func() time.Time
}

// maxUnblock is the longest unblock_duration, in seconds.
const maxUnblock = 86400

// Unblock ends the block of the network, as a request that it refused named it, for the number of seconds in
// duration, and gives the time until which it cannot be blocked again. It fails with fault.MissingParam or InvalidParam, which name
// the parameter, with TooManyRequests, or with Unavailable.
func (u Unblocker) Unblock(ctx context.Context, owner account.Key, network, duration string) (time.Time, error) {
	if network == "" {
		return time.Time{}, fault.In(fault.MissingParam, "network")
	}
	if _, err := strconv.ParseUint(network, 10, 63); err != nil || len(network) > 15 {
		return time.Time{}, fault.In(fault.InvalidParam, "network")
	}
	if duration == "" {
		return time.Time{}, fault.In(fault.MissingParam, "unblock_duration")
	}
	seconds, err := strconv.ParseUint(duration, 10, 31)
	if err != nil || seconds > maxUnblock {
		return time.Time{}, fault.In(fault.InvalidParam, "unblock_duration")
	}
	l := Lift{Account: owner, Network: network, Owner: !u.Administrator, Now: u.Now()}
	l.Until = l.Now.Add(time.Duration(seconds) * time.Second)
	return l.Until, u.Store.Unblock(ctx, l)
}
