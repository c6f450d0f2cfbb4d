package pin

import (
	"context"
	"strconv"
	"time"

	"lineproof/shared/fault"
)

// Unblocker lets owners end the blocks of their networks.
type Unblocker struct {
	// Store keeps the blocks.
	Store Denials
	// Now tells the time.
	Now func() time.Time
}

// maxUnblock is the longest unblock_duration, in seconds.
const maxUnblock = 86400

// Unblock ends the block of the network, as a request that it refused named it, for the number of seconds in
// duration, and gives the time until which it cannot be blocked again. It fails with fault.MissingParam or InvalidParam, which name
// the parameter, or with Unavailable.
func (u Unblocker) Unblock(ctx context.Context, account uint32, network, duration string) (time.Time, error) {
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
	until := u.Now().Add(time.Duration(seconds) * time.Second)
	return until, u.Store.Unblock(ctx, account, network, until)
}
