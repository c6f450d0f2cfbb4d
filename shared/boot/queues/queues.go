// Package queues owns the wiring of queues, which only the functions that put messages into one or
// handle what one brings link. It notes what they need as boot does.
package queues

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"lineproof/shared/boot"
	"lineproof/shared/queue"
)

// endpoint holds a URL that takes the place of SQS's own.
const endpoint = "AWS_ENDPOINT_URL_SQS"

// Outbox puts messages, as encode writes them, into the queue whose URL the variable holds.
func Outbox[M any](env *boot.Env, variable string, encode func(M) string) *queue.Outbox[M] {
	url := boot.Named(env, variable, parse, "sqs:SendMessage")
	return queue.NewOutbox(queue.NewClient(env.AWS(endpoint)), url, encode)
}

// Batches has deliver handle what the queue whose URL the variable holds brings, as decode reads
// it.
func Batches[M any](
	env *boot.Env, variable string, decode func(string) (M, error),
	deliver func(context.Context, M, int) error,
) boot.Delivery {
	batches := queue.Batches[M]{
		API:     queue.NewClient(env.AWS(endpoint)),
		URL:     boot.Named(env, variable, parse, "sqs:ChangeMessageVisibility"),
		Decode:  decode,
		Deliver: deliver,
		Log:     env.Log(),
	}
	return func(ctx context.Context, batch []boot.Message) []string {
		records := make([]queue.Record, len(batch))
		for i, m := range batch {
			records[i] = queue.Record(m)
		}
		return batches.Handle(ctx, records)
	}
}

// parse reads the URL of a queue.
func parse(text string) (string, error) {
	if text == "" {
		return "", errors.New("not set")
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || !strings.HasPrefix(u.Scheme, "http") {
		return "", errors.New("not the URL of a queue")
	}
	return text, nil
}
