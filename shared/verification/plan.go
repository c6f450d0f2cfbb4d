package verification

import "time"

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
