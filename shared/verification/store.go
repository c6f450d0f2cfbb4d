package verification

import (
	"context"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/phone"
)

// Every method of every store fails with a fault.Unavailable when the store is away, throttles or
// takes too long. A write that was carried out although its answer got lost is recognised as its
// caller's own when the store repeats it, also when somebody else changed the record between.

// BeginStore starts verifications.
type BeginStore interface {
	// Begin makes a verification the live one of its number. With that it counts it against the
	// meters of the account, of the number over all accounts, of the network and of the address,
	// and reserves its price; when it fails, nothing of that stays. (A process that dies meanwhile
	// may leave the price reserved for a day, and meters that have counted it.) A verification that
	// it takes the place of, which its policy may end, is kept under its nonce as
	// Verification.Displace says, which the ledger follows (see Release), and given back. One that
	// another came before while it began is kept so itself (see Admission.Overtaken). It fails as
	// the AdmitTo methods of Admission do, and with a LiveError when the new one was begun before,
	// whatever has become of it.
	Begin(ctx context.Context, s Admission) (displaced Verification, err error)
	// Withdraw ends a verification that Begin may have written, wherever it stands, as
	// Verification.Withdraw says, and gives back what it held. It tells whether no event of the
	// verification has begun, and none will: also of one that there is not.
	Withdraw(ctx context.Context, ref Ref, now time.Time) (withdrawn bool, err error)
}

// CheckStore counts codes tried.
type CheckStore interface {
	// Check counts an attempt and stores its guess when the verification is live at a.Now and its
	// PIN is too. It gives the verification as it then stands; otherwise ErrRefused with the live
	// one of the number.
	Check(ctx context.Context, a Attempt) (Verification, error)
}

// Attempt is a code tried.
type Attempt struct {
	Ref
	// Guess is the code's keyed hash.
	Guess []byte
	// Sealed is the entry for the record's Checks.
	Sealed []byte
	// Now is when.
	Now time.Time
}

// ControlStore changes verifications at their owner's wish.
type ControlStore interface {
	// Cancel ends the verification as Verification.Cancel says. It returns the verification as it
	// then stands; otherwise ErrRefused with the live one of the number.
	Cancel(ctx context.Context, c Cancellation) (Verification, error)
	// Skip takes one from Left as Verification.Skip says. It answers as Cancel does, and when it
	// took one, with what gives it back.
	Skip(ctx context.Context, w Wish) (Verification, GiveBack, error)
}

// Wish is the wish for a verification's next event.
type Wish struct {
	Ref
	// Now is when.
	Now time.Time
	// By names the call that has it, for those of which one counts until that event has begun, and
	// of the same call none more. Without it each counts.
	By []byte
}

// Cancellation is the wish to end a verification.
type Cancellation struct {
	Ref
	// Now is when. The verification must have been submitted at or before Submitted, and an event
	// of a number below Event must be its last.
	Now, Submitted time.Time
	Event          int
}

// GiveBack undoes a Skip, once however often it is called, unless the next event has begun
// meanwhile.
type GiveBack func(ctx context.Context) error

// Finder reads verifications.
type Finder interface {
	// Find gives each verification as it stands, whether it is the live one of its number or no
	// longer; the zero Verification for one that does not exist.
	Find(ctx context.Context, refs []Ref) ([]Verification, error)
}

// DispatchStore keeps the records for the dispatcher.
type DispatchStore interface {
	Finder
	// Replace writes the verification, its Revision raised by one, in place of the one with the
	// same Ref and Revision, wherever that stands, which must not be settled; otherwise ErrRefused.
	Replace(ctx context.Context, v Verification) error
	// Settle marks the verification, wherever it stands, as settled, and with that charges its
	// account what was held, or gives it back. The verification must have v's Revision and not be
	// settled; otherwise ErrRefused.
	Settle(ctx context.Context, v Verification, charge bool) error
	// Tally counts the traffic for its number over all accounts, for its network and for what the
	// account's messages cost, all of them or none, and tells whether it blocked the network. It
	// fails as the Admit methods of Traffic do.
	Tally(ctx context.Context, t Traffic) (blocked bool, err error)
	// Denied tells whether the number is on the account's deny list.
	Denied(ctx context.Context, owner account.Key, n phone.Number) (bool, error)
}

// DenialStore keeps the deny list and the blocks of networks.
type DenialStore interface {
	// Deny puts the number on the account's deny list or takes it off. A verification that is live
	// goes on.
	Deny(ctx context.Context, owner account.Key, n phone.Number, denied bool) error
	// Unblock lifts the block of a network. It fails as Lift.Apply does.
	Unblock(ctx context.Context, l Lift) error
}

// Outbox holds messages until they are due.
type Outbox interface {
	// Put keeps a message and hands it to a dispatcher after the delay, at least once. Longer
	// delays than 15 minutes are the caller's to split. It fails with a fault.Unavailable.
	Put(ctx context.Context, m Job, delay time.Duration) error
}

// Job makes a dispatcher look at a verification. It holds no number and no PIN.
type Job struct {
	// ID is the request_id, Key the version of its key.
	ID  string
	Key uint32
	// Event is the event to begin, or one beyond the last to settle.
	Event int
	// Due is when it counts; a message that is early goes back for the rest.
	Due time.Time
}

// Outcome is what became of a message that was handed to a provider.
type Outcome string

// The outcomes.
const (
	// Accepted is a message that the provider took.
	Accepted Outcome = "accepted"
	// Refused is one that it will not send.
	Refused Outcome = "refused"
	// Blocked is one that the block of its network held back.
	Blocked Outcome = "blocked"
	// Throttled is one that it did not take for now, and that may be handed to it again.
	Throttled Outcome = "throttled"
	// Unknown is one that it may have taken: its answer is lost. It is never handed over again.
	Unknown Outcome = "unknown"
	// Waiting is a silent step whose device has not come yet, Late one whose device may no more,
	// which is stored nowhere (see Verification.DeviceOutcome); Proved is one whose line was the
	// number's, Mismatched one of another's, Unproved one of which nobody could tell.
	Waiting    Outcome = "waiting"
	Late       Outcome = "late"
	Proved     Outcome = "proved"
	Mismatched Outcome = "mismatched"
	Unproved   Outcome = "unproved"
)

// mayReach tells whether a message may have reached someone.
func (o Outcome) mayReach() bool { return o == Accepted || o == Unknown }

// SendResult is the answer to a message.
type SendResult struct {
	// Outcome is what became of it.
	Outcome Outcome
	// Message is the provider's name for it, when it gave one.
	Message string
	// Reason is why the provider did not take it, when it told.
	Reason Reason
}

// Sender hands messages to a provider.
type Sender interface {
	// Send hands one message over, at most once, and gives what became of it. It keeps within ctx.
	Send(ctx context.Context, n OutboundMessage) SendResult
}

// OutboundMessage is a message that carries a PIN.
type OutboundMessage struct {
	// To is who gets it, Country where that is.
	To      phone.Number
	Country string
	// Channel is how.
	Channel Channel
	// RequestID and Event tell what it belongs to.
	RequestID string
	Event     int
	// Try counts the times that the provider throttled this event.
	Try int
	// Entity and Content are what India's registry knows it by.
	Entity, Content string
	// Sender is the name it comes from; Brand who asks; Payee and Amount make it a payment; Locale
	// is the language.
	Sender, Brand, Payee, Amount, Locale string
	// Text is what it says in its caller's own words; without it, words of ours carry the PIN.
	Text Text
	// PIN is what it is for, and dies at Expires, Validity from now.
	PIN      PIN
	Expires  time.Time
	Validity time.Duration
	// Domain and AppHash are lines for programs.
	Domain, AppHash string
}
