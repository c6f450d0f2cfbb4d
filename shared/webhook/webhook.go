// Package webhook owns callbacks: signed POSTs that tell a customer of what becomes of a
// verification, each at least once, in no order, until it is acknowledged or a day has passed.
//
// A callback is queued as a [Job], which names a verification and holds nothing of it: a [Listener]
// queues them. A [Deliverer] reads the record when the job is due and builds the body from it, so
// that each repetition of a callback is the same but for its signature. A [Client] posts it, to
// public addresses alone (see package outbound).
package webhook

import (
	"context"
	"errors"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/redact"
	"lineproof/shared/verification"
)

// Prefix begins the Order.Callback of verifications that are told of by callbacks. What follows is
// the application_id of who is told; without one it is the account at its own address (see
// verification.Webhook).
const Prefix = verification.WebhookScheme + ":"

// Kind is what a callback tells.
type Kind string

// The kinds.
const (
	// Pending tells that a silent step waits for its device.
	Pending Kind = "pending"
	// Step tells how a silent step ended.
	Step Kind = "step"
	// Summary tells how the verification ended, with all its steps.
	Summary Kind = "summary"
)

// Outbox holds jobs until they are due.
type Outbox interface {
	// Put keeps a job and hands it to a Deliverer after the delay, at least once. Longer delays
	// than 15 minutes are the caller's to split. It fails with a fault.Unavailable.
	Put(ctx context.Context, m Job, delay time.Duration) error
}

// Subscriber is who is told. It prints and logs as redacted.
type Subscriber struct {
	redact.Value

	// URL is the https address that callbacks are posted to; without one, none are.
	URL string
	// Secret is the signature secret; callbacks to who has none are not signed.
	Secret string
	// APIKey is the account's api_key, Application the application_id; empty for the account's own
	// address.
	APIKey, Application string
}

// ErrGone says that a subscriber is no longer registered, or disabled: its callbacks are dropped.
var ErrGone = errors.New("webhook: subscriber gone")

// Subscribers knows who is told.
type Subscribers interface {
	// Subscriber returns who is told of the account's verifications that have this Callback. It
	// fails with ErrGone, or with a fault.Unavailable.
	Subscriber(ctx context.Context, owner account.Key, callback string) (Subscriber, error)
}

// Body builds the JSON of a callback of that kind about a verification, under its request_id (32
// hexadecimal digits). It returns false while the record does not tell yet what the callback would.
// As soon as it returns a body it returns the same one each time.
type Body func(kind Kind, id string, v verification.Verification) (body []byte, ready bool)

// Poster posts callbacks.
type Poster interface {
	// Post sends a JSON body, with an Authorization header unless that is empty, and returns the
	// status of the answer, or an error that holds nothing of address, body and answer.
	Post(ctx context.Context, url, authorization string, body []byte) (status int, err error)
}

// Bus takes what callbacks tell for whoever runs the service.
type Bus interface {
	// Publish puts a callback's body on the bus, under a name for what it tells: "verify.event" or
	// "verify.summary". It fails with a fault.Unavailable.
	Publish(ctx context.Context, name string, body []byte) error
}
