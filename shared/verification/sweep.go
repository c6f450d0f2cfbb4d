package verification

import (
	"context"
	"time"
)

// sweepAfter is how long after its expiry a verification must have been settled: its last message
// is handled seconds after that, and comes again for the better part of an hour when a dispatcher
// fails.
const sweepAfter = time.Hour

// SweepStore finds the verifications that nothing settles any more.
type SweepStore interface {
	// Unsettled hands over each verification that expired before the time and is not settled, the
	// live one of its number or not, until take fails. It may hand over one that is being settled.
	Unsettled(ctx context.Context, before time.Time, take func(Verification) error) error
}

// Sweeper queues the end of verifications whose own messages are lost, as when the dead-letter
// queue was emptied: so that what they hold is given back, and whoever waits for their end is told.
type Sweeper struct {
	// Store finds them.
	Store SweepStore
	// Outbox takes the messages.
	Outbox Outbox
	// Keys are those in use.
	Keys IDRing
	// Now tells the time.
	Now func() time.Time
}

// Sweep queues the end of each and gives how many that were. It may be repeated. It fails with
// fault.Unavailable or Internal.
func (s Sweeper) Sweep(ctx context.Context) (queued int, err error) {
	now := s.Now()
	err = s.Store.Unsettled(ctx, now.Add(-sweepAfter), func(v Verification) error {
		key, known := s.Keys.ByVersion(v.Key)
		if !known { // it is dropped; any names the verification
			key = s.Keys.Active()
		}
		last := v.Plan.events() + 1
		m := Job{ID: key.RequestID(v.Ref), Key: key.Version(), Event: last, Due: now}
		if err := s.Outbox.Put(ctx, m, 0); err != nil {
			return err
		}
		queued++
		return nil
	})
	return queued, err
}
