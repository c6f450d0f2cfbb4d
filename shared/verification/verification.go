// Package verification owns the rules of PIN verification: what may be asked for, how a PIN is
// derived and checked, in which order and when messages go out, and how a verification ends.
//
// A verification is one record from its request to its end, the live one of its number. It ends in
// one of five states, and which one follows from its fields (see [Verification.State]): so the
// write that enters the right PIN, the third wrong one or the cancel is the one that ends it, and
// of any number of racing writes one wins. Expiry needs no write.
//
// A PIN is derived from the request_id where it is sent and is stored nowhere; one that the caller
// chose is stored locked. The record holds a keyed hash of either.
//
// Messages in the outbox drive each verification: its end is queued before the record is written,
// its first event after that, and whoever handles an event queues the next. So no crash leaves a
// verification that waits for ever, and nothing is sent for a request that failed. The steps are
// small types with the stores that each needs: [Requester], [Admitter], [Checker], [Validator],
// [Searcher], [Controller], [DeviceProver], [Dispatcher], [Sweeper] and [Unblocker].
package verification

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/phone"
)

// State is where a verification stands in its life.
type State string

// The states. All but InProgress are final.
const (
	// InProgress waits for the PIN.
	InProgress State = "IN_PROGRESS"
	// Success got the right PIN.
	Success State = "SUCCESS"
	// Failed got too many wrong ones.
	Failed State = "FAILED"
	// Expired got none in time.
	Expired State = "EXPIRED"
	// Cancelled was ended by its owner.
	Cancelled State = "CANCELLED"
	// Superseded gave way to another of its number (see Supersede).
	Superseded State = "SUPERSEDED"
)

// MaxAttempts is how many codes may be tried against one PIN.
const MaxAttempts = 3

// Currency is that of all amounts of money, which are int64 in millionths of it.
const Currency = "EUR"

// ErrRefused says that a conditional write met a verification that does not fulfil its condition.
// The verification as it stands is returned beside it; the zero Verification when there is none.
var ErrRefused = errors.New("verification: condition not met")

// Ref names a verification.
type Ref struct {
	// Account is the api_key of its owner, as the number that its 8 hexadecimal digits write.
	Account account.Key
	// Number is the number to verify.
	Number phone.Number
	// Nonce tells the verifications of a number apart: 46 random bits, never 0.
	Nonce uint64
}

// Verification is one request to verify a number, and what has become of it.
type Verification struct {
	Ref
	Detail
	// Revision counts the writes; a write that replaces the record names the revision that it read.
	Revision int64
	// Denied refuses new verifications of the number. A record with Nonce 0 stands only to say so.
	Denied bool
	// Submitted is when it was requested.
	Submitted time.Time
	// Hash is the keyed hash of the current PIN, Guess that of the code last tried against it.
	Hash, Guess []byte
	// PINExpires is when the current PIN dies, Expires when the verification does.
	PINExpires, Expires time.Time
	// Attempts counts the codes tried against the current PIN, Total all; Total stays below
	// Allowed.
	Attempts, Total, Allowed int
	// Checks are the codes tried, each sealed (see IDKey.seal); Checked is when the last was.
	Checks  [][]byte
	Checked time.Time
	// Event is the number of the last event begun, from 1; Left is how many can still be brought
	// forward.
	Event, Left int
	// Wished is the last event when a named call wished for the next one, WishedBy that call (see
	// Wish); nil before the first.
	Wished   int
	WishedBy []byte
	// Overtaken counts the verifications that it came before while they began (see
	// Admission.Overtaken), where a meter counts them. Its store alone writes it.
	Overtaken int64
	// CancelledAt is when it was cancelled, or gave way.
	CancelledAt time.Time
	// Hold names the hold in its account's ledger that pays for it, as its store knows it; empty
	// when nothing is held, or when the store needs no name for that.
	Hold []byte
	// Settled tells that the account has been charged or refunded. Nothing changes the verification
	// after that.
	Settled bool
}

// Detail is what its request and its dispatcher write, and of its silent step the device's prover.
// GaveWay alone is another's to write: that of the verification that takes its place.
type Detail struct {
	// Key is the version of the key that its request_id and its PINs come from.
	Key uint32
	// Brand, Sender, Locale and Country are the request's; Payee and Amount those of a payment.
	Brand, Payee, Amount, Sender, Locale, Country string
	// Domain and AppHash are the account's lines for programs (WebOTP, Android SMS Retriever).
	Domain, AppHash string
	// Digits is the length of its PINs.
	Digits int
	// Code is the PIN that its caller chose for all its messages, locked (see Key.lock); empty when
	// it chose none.
	Code []byte
	// Onward, OnDemand and Unguarded are the request's.
	Onward, OnDemand, Unguarded bool
	// Plan is when and how they are sent.
	Plan Plan
	// Generation counts its PINs, from 1.
	Generation int
	// Price is what success costs, Held what is reserved for it until settlement.
	Price, Held int64
	// SMSPrice and VoicePrice are what a segment and a call cost.
	SMSPrice, VoicePrice int64
	// Events are those begun.
	Events []Event
	// EndQueued tells that its end was queued before it began, as former builds did not.
	EndQueued bool
	// Claimant is the delivery that began the last event, Queued whether the message after it is in
	// the outbox, Throttles how often the provider put it off.
	Claimant  string
	Queued    bool
	Throttles int
	// Network is the prefix of the number that caps and blocks apply to; empty when the account has
	// none.
	Network string
	// Conversion and Sample are the account's rule for blocking networks (see account.Terms).
	Conversion, Sample int
	// Caps are what its messages are held to.
	Caps Caps
	// Requests is the usage of the number's meter.
	Requests Window
	// WrongCodes are those of earlier verifications of the number, Failures how many of these wrong
	// codes ended in a row.
	WrongCodes Window
	Failures   int
	// Remote is what an upstream has begun that carries its silent step out; zero where none has.
	Remote Remote
	// Callback names who is told of its end, empty for nobody, and Reference is its caller's own
	// name for it.
	Callback, Reference string
	// GaveWay tells that another took its place while it was live, at CancelledAt.
	GaveWay bool
}

// Event is one message sent, or tried, within a verification.
type Event struct {
	// Channel is how it was sent.
	Channel Channel
	// At is when.
	At time.Time
	// Outcome is what the provider said; Unknown until then.
	Outcome Outcome
	// Message is the provider's name for it; empty when none is known.
	Message string
	// Reason is why it did not leave; empty when it did, or when nobody told.
	Reason Reason
}

// matched tells whether the last code tried was the PIN.
func (v Verification) matched() bool { return len(v.Guess) > 0 && bytes.Equal(v.Guess, v.Hash) }

// State gives the state at now. A settled verification stays what it was settled as, whatever now
// is.
func (v Verification) State(now time.Time) State {
	switch {
	case v.matched():
		return Success
	case v.GaveWay:
		return Superseded
	case !v.CancelledAt.IsZero():
		return Cancelled
	case v.Attempts >= MaxAttempts || v.Total >= v.Allowed:
		return Failed
	case v.Settled, !now.Before(v.Expires):
		return Expired
	default:
		return InProgress
	}
}

// Owes tells whether the verification gave way before its first event began. That still takes
// place, for its caller was told so.
func (v Verification) Owes(now time.Time) bool {
	return v.State(now) == Superseded && v.Event == 0 && !v.Settled && now.Before(v.Expires)
}

// Unsent tells whether no message of it has begun.
func (v Verification) Unsent() bool { return v.Event == 0 || v.atDevice() }

// Live tells whether the verification waits for its PIN at now.
func (v Verification) Live(now time.Time) bool {
	return v.Nonce != 0 && v.State(now) == InProgress
}

// grace is how long after its expiry a verification is settled, unless something else ended it. A
// check reads its clock before its write, whose repetitions may be carried out 3.2 s later, and no
// two clocks are quite alike: one that came in time is in the record by then.
const grace = 5 * time.Second

// settleFrom gives when a verification that nothing else ends may be settled.
func (v Verification) settleFrom() time.Time { return v.Expires.Add(grace) }

// Over tells whether the verification has ended and no write that is on its way can tell otherwise.
func (v Verification) Over(now time.Time) bool {
	s := v.State(now)
	return s != InProgress && (v.Settled || s != Expired || !now.Before(v.settleFrom()))
}

// Finalized gives when the verification ended; the zero Time while it is live.
func (v Verification) Finalized(now time.Time) time.Time {
	switch v.State(now) {
	case Success, Failed:
		return v.Checked
	case Cancelled, Superseded:
		return v.CancelledAt
	case Expired:
		return v.Expires
	default:
		return time.Time{}
	}
}

// wrong counts the wrong codes among those tried.
func (v Verification) wrong() int {
	if v.matched() {
		return v.Total - 1
	}
	return v.Total
}

// Charge gives the price of the verification so far: success alone costs.
func (v Verification) Charge() int64 {
	if v.matched() {
		return v.Price
	}
	return 0
}

// MessageCost gives what the messages cost that the provider took, or may have taken.
func (v Verification) MessageCost() int64 {
	var sum int64
	for i, e := range v.Events {
		if e.Outcome == Accepted || e.Outcome == Unknown {
			sum += v.price(i + 1)
		}
	}
	return sum
}

// price returns what the nth event's message costs.
func (v Verification) price(n int) int64 {
	switch v.Plan.channel(n) {
	case SMS:
		return int64(v.means(n).Segments) * v.SMSPrice
	case Voice:
		return v.VoicePrice
	default:
		return 0
	}
}

// EventID names the nth event, from 1, by 16 hexadecimal digits.
func (v Verification) EventID(n int) string { return fmt.Sprintf("%012X%04X", v.Nonce, n) }
