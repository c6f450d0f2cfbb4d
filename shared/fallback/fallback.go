// Package fallback owns verification that tries the silent way first and falls back to a PIN: what
// is asked for, the two steps that a state machine takes one after the other, and the one decision
// that ends it.
//
// A fallback is one record. What its caller sent is sealed in it, so that the state machine, whose
// history keeps every input and output for months, is told nothing but the record's name. The
// record is also where every race ends: the silent step decides only while no PIN step has begun, a
// PIN step begins only while nothing is decided, and whatever is repeated, late or lost, the first
// decision is the result.
//
// A caller's idempotency key names the fallback (see [Names]), but no key is written down: names
// stand in URLs and in the history.
//
// The PIN of a fallback comes from one verification, whose nonce is drawn when the fallback begins:
// so a PIN step that is repeated finds the verification that it began before, and never begins a
// second.
package fallback

import (
	"context"
	"errors"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/phone"
)

// State is where a fallback stands.
type State string

// The states.
const (
	// Silent tries the silent way, or is about to.
	Silent State = "silent"
	// PIN has given the silent way up and waits for a PIN.
	PIN State = "pin"
	// Done has a result.
	Done State = "done"
)

// BySilent is the method of a number that was verified silently. Those of a PIN are its channels'
// names.
const BySilent = "silent"

// Result is what a fallback comes to. It holds nothing secret and no part of a number: it is the
// output of the execution.
type Result struct {
	// Verified tells whether the number was verified.
	Verified bool `json:"verified"`
	// Method is how: silent, sms or voice. Of a number that was not verified by its PIN, it is how
	// the PIN was sent.
	Method string `json:"method,omitempty"`
	// RequestID is that of the PIN verification, if it came to one, or of the one that was in its
	// way.
	RequestID string `json:"request_id,omitempty"`
	// Reason tells why it was not verified.
	Reason Reason `json:"reason,omitempty"`
	// Network is the blocked network that the number belongs to, when that is the reason: a
	// number's first digits, so the execution is not told.
	Network string `json:"-"`
	// Silence is what the silent way came to, also where a PIN decided.
	Silence SilentResult `json:"silent,omitzero"`
}

// Fallback is one record.
type Fallback struct {
	// Execution names it, and the state machine's execution (see Names.Execution).
	Execution string
	// Account is whose it is.
	Account account.Key
	// Number is what is to be verified.
	Number phone.Number
	// Digest tells the request that began it from others under its key (see Names.Digest).
	Digest []byte
	// State is where it stands.
	State State
	// Silence is what the silent way came to; zero before that is known.
	Silence SilentResult
	// Sealed is what was asked for (see Key.Seal).
	Sealed []byte
	// Nonce is that of its PIN verification.
	Nonce uint64
	// Token is by which the state machine's waiting task is completed; empty before there is one.
	Token string
	// RequestID is that of its PIN verification; empty before there is one.
	RequestID string
	// Result counts when State is Done.
	Result Result
	// Expires is when nobody needs it any more.
	Expires time.Time
}

// Life is how long a fallback is kept: longer than Step Functions refuses the name of an execution
// that has ended, which is 90 days. Were the record gone before, the same name would begin a
// fallback that nothing runs.
const Life = 91 * 24 * time.Hour

var (
	// ErrNotFound says that there is no such fallback.
	ErrNotFound = errors.New("fallback: not found")
	// ErrRefused says that a write met a fallback that does not fulfil its condition, which is
	// returned beside it.
	ErrRefused = errors.New("fallback: condition not met")
)

// Every method of every store fails with a fault.Unavailable when the store is away, and those that
// name a fallback with ErrNotFound when there is none. A write is one conditional write.

// BeginStore begins fallbacks.
type BeginStore interface {
	Reader
	// Begin writes a new fallback, or fails with ErrRefused when one of that name has not expired
	// at now.
	Begin(ctx context.Context, f Fallback, now time.Time) error
}

// Reader reads fallbacks.
type Reader interface {
	// Fallback returns the fallback as it stands.
	Fallback(ctx context.Context, execution string) (Fallback, error)
}

// SilentStore is what the silent step needs.
type SilentStore interface {
	Reader
	DecideStore
	// Note sets Silence when the State is Silent; otherwise ErrRefused.
	Note(ctx context.Context, execution string, s SilentResult) (Fallback, error)
}

// WaitStore is what the PIN step needs.
type WaitStore interface {
	DecideStore
	// Await makes State PIN and sets Token, unless State is Done: then ErrRefused.
	Await(ctx context.Context, execution, token string) (Fallback, error)
	// Request sets RequestID.
	Request(ctx context.Context, execution, id string) error
}

// DecideStore ends fallbacks.
type DecideStore interface {
	// Decide makes State Done with the result, and forgets Sealed, when the State is one of from;
	// otherwise ErrRefused. A result without a RequestID takes that of the fallback, and every
	// result takes its Silence.
	Decide(ctx context.Context, execution string, r Result, from ...State) (Fallback, error)
}

// Starter has a state machine run the steps.
type Starter interface {
	// Start starts an execution of that name. One that runs, or has run, is no error.
	Start(ctx context.Context, execution string) error
}

// Completer tells a state machine that waits.
type Completer interface {
	// Succeed completes the task that waits under the token. A task that no longer waits is no
	// error.
	Succeed(ctx context.Context, token string, r Result) error
}
