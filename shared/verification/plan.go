package verification

import (
	"cmp"
	"time"

	"lineproof/shared/phone"
)

// Channel is how a message travels.
type Channel string

// The channels.
const (
	// SMS is a text message.
	SMS Channel = "sms"
	// Voice is a call that speaks the PIN.
	Voice Channel = "voice"
	// Silent sends nothing: the end user's device proves its line and is given a code (see
	// DeviceProver). It is a plan's first step or none.
	Silent Channel = "silent"
)

// Step is one message of a plan: an event of the verification.
type Step struct {
	// Channel is how it is sent.
	Channel Channel
	// Wait is how long after it the next one follows; the last is followed by the PIN's remaining
	// life.
	Wait time.Duration
	Means
}

// Means is whom a step reaches and how, where that is its own; the zero Means is the
// verification's.
type Means struct {
	// To is whom it reaches, Country where that is, and Type the type of that line: all or none.
	To      phone.Number
	Country string
	Type    LineType
	// Sender is the name that the message comes from, AppHash its line for Android's SMS Retriever.
	Sender, AppHash string
	// Entity and Content are the identifiers of sender and template with which India's registry
	// (DLT) knows the message.
	Entity, Content string
	// Text is the message in the caller's own words, in place of ours; Segments is how many an SMS
	// takes with a PIN of the verification's length, of which 0 counts as 1.
	Text     Text
	Segments int
	// Redirect is where the device of a silent step is sent with what came of it; empty when it is
	// answered.
	Redirect string
	// Codeless has the line of a silent step's device alone verify the number, without the code
	// that the device is given.
	Codeless bool
	// Rehearsed is what the silent step of a test number comes to: Proved, Mismatched or Unproved.
	Rehearsed Outcome
}

// Plan is the sequence of a verification's events.
type Plan struct {
	// Steps are its events, of which the nth has the number n.
	Steps []Step
	// Expiry is how long each PIN lives.
	Expiry time.Duration
}

// events returns how many events there are.
func (p Plan) events() int { return len(p.Steps) }

// channel returns how the nth event is sent.
func (p Plan) channel(n int) Channel { return p.Steps[n-1].Channel }

// segments returns how many the longest SMS takes.
func (p Plan) segments() int {
	longest := 1
	for _, s := range p.Steps {
		longest = max(longest, s.Segments)
	}
	return longest
}

// silent tells whether the plan begins with a silent step.
func (p Plan) silent() bool { return len(p.Steps) > 0 && p.Steps[0].Channel == Silent }

// renews tells whether the nth event carries a new PIN by the plan: when the one before has lived
// its time by then, or was a silent step's code. An event that is brought forward renews as it
// would have in its own time.
func (p Plan) renews(n int) bool {
	var at, born time.Duration
	renewed := false
	for i := 2; i <= n; i++ {
		at += p.Steps[i-2].Wait
		renewed = at-born >= p.Expiry || p.Steps[i-2].Channel == Silent
		if renewed {
			born = at
		}
	}
	return renewed
}

// end returns when a verification expires whose nth event takes place at now with a PIN that dies
// at expires.
func (p Plan) end(n int, now, expires time.Time) time.Time {
	for i := n + 1; i <= p.events(); i++ {
		now = now.Add(p.Steps[i-2].Wait)
		if p.renews(i) || !now.Before(expires) {
			expires = now.Add(p.Expiry)
		}
	}
	return expires
}

// means returns how the nth event reaches whom: by its step's own means, else the verification's.
func (v Verification) means(n int) Means {
	var m Means
	if n <= v.Plan.events() {
		m = v.Plan.Steps[n-1].Means
	}
	if m.To.IsZero() {
		m.To, m.Country = v.Number, v.Country
	}
	m.Sender, m.AppHash = cmp.Or(m.Sender, v.Sender), cmp.Or(m.AppHash, v.AppHash)
	m.Segments = max(m.Segments, 1)
	return m
}
