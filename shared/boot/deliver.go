package boot

import (
	"context"
	"encoding/json"
	"log/slog"
	"strconv"

	"github.com/aws/aws-lambda-go/events"
)

// Message is one that SQS hands to a function.
type Message struct {
	// ID names the message, Receipt this handing out of it.
	ID, Receipt string
	// Body is what was sent.
	Body string
	// Received is how often it has been handed out, from 1.
	Received int
}

// Delivery handles a batch of messages and gives the IDs of those that must be handed out again.
type Delivery func(ctx context.Context, batch []Message) []string

// Deliveries runs the function that handles due messages, which come from SQS in batches. Those
// that must come again are reported one by one. Deliveries never returns.
func Deliveries(name string, build func(*Env) Delivery) {
	run(this(name), build, func(_ *slog.Logger, w *wired[Delivery]) invocation {
		return func(ctx context.Context, payload []byte) ([]byte, error) {
			return deliver(ctx, name, w, payload)
		}
	})
}

func deliver(ctx context.Context, name string, w *wired[Delivery], payload []byte) ([]byte, error) {
	var event events.SQSEvent
	if json.Unmarshal(payload, &event) != nil {
		return nil, errEvent
	}
	ctx, cancel := early(ctx)
	defer cancel()
	report := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	var err error
	trace(ctx, name, func(ctx context.Context) int {
		var handle Delivery
		if handle, err = w.current(ctx); err != nil {
			return 0
		}
		for _, id := range handle(ctx, received(event.Records)) {
			report.BatchItemFailures = append(
				report.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: id},
			)
		}
		return 0
	})
	if err != nil {
		return nil, errNotServed
	}
	return json.Marshal(report)
}

// received gives the messages of an event.
func received(messages []events.SQSMessage) []Message {
	all := make([]Message, len(messages))
	for i, m := range messages {
		count, err := strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
		if err != nil {
			count = 1
		}
		all[i] = Message{ID: m.MessageId, Receipt: m.ReceiptHandle, Body: m.Body, Received: count}
	}
	return all
}
