// Package queue owns queues in Amazon SQS: how messages are written, delayed, read in batches and
// handed back, and the form of those of PIN verification. It is the only importer of SQS.
package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"lineproof/shared/awscall"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// API is what the queue calls of an SQS client.
type API interface {
	SendMessage(
		context.Context, *sqs.SendMessageInput, ...func(*sqs.Options),
	) (*sqs.SendMessageOutput, error)
	ChangeMessageVisibility(
		context.Context, *sqs.ChangeMessageVisibilityInput, ...func(*sqs.Options),
	) (*sqs.ChangeMessageVisibilityOutput, error)
}

// longestDelay is the longest that SQS holds a message back.
const longestDelay = 900

// NewClient gives a client of the region, credentials and endpoint of cfg, whose calls end after at
// most 3.2 s.
func NewClient(cfg aws.Config) *sqs.Client {
	return sqs.NewFromConfig(awscall.Limited(cfg, 3, time.Second))
}

// Outbox puts messages of type M into a queue: of verification.Job it is a verification.Outbox.
type Outbox[M any] struct {
	api    API
	url    string
	encode func(M) string
}

// NewOutbox returns the outbox in the queue of that URL, whose messages encode writes.
func NewOutbox[M any](api API, url string, encode func(M) string) *Outbox[M] {
	return &Outbox[M]{api, url, encode}
}

// Put sends a message, to be handed out after the delay in whole seconds, rounded up, of 900 at
// most. It fails with a fault.Unavailable.
func (o *Outbox[M]) Put(ctx context.Context, m M, delay time.Duration) error {
	seconds := min((max(delay, 0)+time.Second-1)/time.Second, longestDelay)
	_, err := o.api.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: &o.url, MessageBody: aws.String(o.encode(m)), DelaySeconds: int32(seconds),
	})
	if err != nil {
		return fmt.Errorf(
			"queue: send message: %w", fault.Wrap(fault.Unavailable, awscall.Cause(err)),
		)
	}
	return nil
}

// body is a message as it is written: nothing in it is anyone's number or PIN.
type body struct {
	ID    string `json:"id"`
	Key   uint32 `json:"key"`
	Event int    `json:"event"`
	Due   int64  `json:"due"` // milliseconds since the Unix epoch
}

// Encode gives the body of a message.
func Encode(m verification.Job) string {
	// such a struct always marshals
	text, _ := json.Marshal(body{m.ID, m.Key, m.Event, m.Due.UnixMilli()})
	return string(text)
}

// maxEvent is beyond what any plan has.
const maxEvent = 16

// ErrMalformed says that a body is no message of ours. It does not hold the body.
var ErrMalformed = errors.New("queue: malformed message")

// Decode gives the message of a body, or ErrMalformed.
func Decode(text string) (verification.Job, error) {
	var b body
	err := json.Unmarshal([]byte(text), &b)
	if err != nil || b.ID == "" || b.Event < 1 || b.Event > maxEvent {
		return verification.Job{}, ErrMalformed
	}
	return verification.Job{
		ID:    b.ID,
		Key:   b.Key,
		Event: b.Event,
		Due:   time.UnixMilli(b.Due).UTC(),
	}, nil
}
