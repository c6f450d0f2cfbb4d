package webhook

import (
	"context"
	"time"

	"lineproof/shared/verification"
)

// Listener is a verification.Listener that queues callbacks. It is the dispatcher's, which is the
// one that settles: whoever else ends a verification has it look at once.
type Listener struct {
	// Outbox takes the jobs.
	Outbox Outbox
	// Now tells the time.
	Now func() time.Time
}

// Ended queues the end of a silent step, and the summary of a verification that has ended; before
// that the end of its silent step when no other began. Who was told before is not told again.
func (l Listener) Ended(ctx context.Context, e verification.Ending) error {
	if e.Again {
		return nil
	}
	if e.Channel == verification.Silent {
		err := l.Queue(ctx, Step, e.RequestID, e.Key)
		if err != nil || e.State == verification.InProgress {
			return err
		}
	}
	return l.Queue(ctx, Summary, e.RequestID, e.Key)
}

// Queue has a callback of that kind sent about the verification of a request_id, whose key has that
// version. It fails with a fault.Unavailable.
func (l Listener) Queue(ctx context.Context, kind Kind, id string, key uint32) error {
	m := Job{
		ID: id, Key: key, Kind: kind, Due: l.Now(), Since: time.Time{}, Tries: 0,
		Posted: false, Published: false,
	}
	return l.Outbox.Put(ctx, m, 0)
}
