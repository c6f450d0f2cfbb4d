package queue

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// Record is a message as a batch brings it.
type Record struct {
	// ID names the message, Receipt this handing out of it.
	ID, Receipt string
	// Body is what was sent.
	Body string
	// Received is how often it has been handed out, from 1.
	Received int
}

// Batches handles the batches that SQS hands to a function.
type Batches[M any] struct {
	// API changes how long a message that must wait stays hidden.
	API API
	// URL is the queue's.
	URL string
	// Decode reads a message. Its error must not hold what it could not read.
	Decode func(body string) (M, error)
	// Deliver handles one message, as verification.Dispatcher.Deliver does.
	Deliver func(ctx context.Context, m M, received int) error
	// Log takes what failed.
	Log *slog.Logger
}

// Handle handles every record of a batch at once and gives the IDs of those that must be handed out
// again (ReportBatchItemFailures), in their order. A record that never succeeds ends in the
// dead-letter queue.
func (b Batches[M]) Handle(ctx context.Context, records []Record) []string {
	failed := make([]bool, len(records))
	var done sync.WaitGroup
	for i, r := range records {
		done.Go(func() { failed[i] = !b.handle(ctx, r) })
	}
	done.Wait()
	var ids []string
	for i, r := range records {
		if failed[i] {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// handle tells whether the record is done with. A message that must wait is hidden for as long.
func (b Batches[M]) handle(ctx context.Context, r Record) (done bool) {
	defer func() {
		if recover() != nil { // its value may quote anything
			b.Log.ErrorContext(ctx, "delivery panicked", "messageId", r.ID)
			done = false
		}
	}()
	m, err := b.Decode(r.Body)
	if err == nil {
		err = b.Deliver(ctx, m, r.Received)
	}
	var later verification.RetryAfter
	switch {
	case err == nil:
		return true
	case errors.As(err, &later):
		b.hide(ctx, r, later.In)
	default:
		b.Log.ErrorContext(ctx, "delivery failed", "messageId", r.ID, "received", r.Received,
			"failure", fault.As(err))
	}
	return false
}

// hide keeps the message from being handed out for a while. When that fails, the queue's own
// timeout passes first.
func (b Batches[M]) hide(ctx context.Context, r Record, d time.Duration) {
	seconds := min((d+time.Second-1)/time.Second, longestDelay)
	_, err := b.API.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
		QueueUrl: &b.URL, ReceiptHandle: &r.Receipt, VisibilityTimeout: int32(seconds),
	})
	if err != nil {
		b.Log.WarnContext(ctx, "message not hidden", "messageId", r.ID)
	}
}
