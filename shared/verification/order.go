package verification

import (
	"slices"
	"time"
)

// Order is a verification that is asked for.
type Order struct {
	// Line is whom to reach.
	Line Line
	// Brand says who asks; Payee and Amount, in place of it, make it a payment to confirm (PSD2).
	Brand, Payee, Amount string
	// Sender is the name that messages come from, where networks show one.
	Sender string
	// Locale is the language of the messages.
	Locale string
	// Digits is the length of its PINs.
	Digits int
	// Code is the PIN of all its messages where the caller chose one, of Digits characters.
	Code PIN
	// Tries is how many codes may be tried against the verification; 0 limits those of each PIN
	// alone (see MaxAttempts).
	Tries int
	// Type is the type that the line must be: Mobile, Landline, or "" for any.
	Type LineType
	// Client is the end user's address as the caller reports it, by which requests are metered (see
	// account.CustomerAt); empty when it does not.
	Client string
	// Plan is when and how its messages are sent.
	Plan Plan
	// Onward has a step that reaches nobody give way to the next at once. A block of its network
	// then holds back messages, and refuses no verification.
	Onward bool
	// OnDemand has each step after the first begin at its caller's wish alone (see
	// Controller.NextStep): a step that fails, or whose time is over, is followed by nothing.
	OnDemand bool
	// Unguarded has its messages pass a block of the network.
	Unguarded bool
	// Uncovered has its silent step fail as it begins: no device's line can be proved.
	Uncovered bool
	// Policy is what becomes of another verification of the number that is live.
	Policy Policy
	// Reference is its caller's own name for it, told in callbacks; empty for none.
	Reference string
	// Callback names who is told of the end (see Dispatcher.Ended); empty for nobody.
	Callback string
	// Admitted tells that the account's meters of a second and of a day have counted it (see
	// Admitter).
	Admitted bool
}

// Policy is what a verification does about a live one of its number.
type Policy uint8

// The policies.
const (
	// Refuse has it not begin: it fails with a fault.Concurrent.
	Refuse Policy = iota
	// Supersede has it take the other's place, which has ended with that.
	Supersede
)

// What strict terms ask of PINs: at least that many digits, at most that long a life.
const (
	StrictDigits = 6
	StrictExpiry = 600 * time.Second
)

// accept tells whether the account may have such messages. Whoever reads a request says sooner what
// is wrong with it.
func (t terms) accept(o Order) bool {
	switch {
	case t.Strict && (o.Digits < StrictDigits || o.Plan.Expiry > StrictExpiry):
		return false
	default:
		return !t.PlainBrand ||
			!ShowsLink(o.Brand) && !ShowsLink(o.Payee) && !o.leads()
	}
}

// leads tells whether one of its texts leads elsewhere (see Text.Leads).
func (o Order) leads() bool {
	return slices.ContainsFunc(o.Plan.Steps, func(s Step) bool { return s.Text.Leads(o.Digits) })
}

// lines returns those that its steps reach, in their order.
func (o Order) lines() []Line {
	lines := make([]Line, len(o.Plan.Steps))
	for i, s := range o.Plan.Steps {
		lines[i] = o.Line
		if !s.To.IsZero() {
			lines[i] = Line{Number: s.To, Country: s.Country, Type: s.Type}
		}
	}
	return lines
}

// price returns what success costs: of a text, an SMS more for each segment beyond the first.
func (t terms) price(o Order) int64 { return t.Price + int64(o.Plan.segments()-1)*t.SMSPrice }
