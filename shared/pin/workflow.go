package pin

import "time"

// Channel is how a message travels.
type Channel string

// The channels.
const (
	// SMS is a text message.
	SMS Channel = "sms"
	// Voice is a call that speaks the PIN; the Verify API writes it tts.
	Voice Channel = "voice"
)

// Plan is the sequence of a verification's events.
type Plan struct {
	// Channels has one entry for each event.
	Channels []Channel
	// Waits[n-1] is the wait between the nth event and the next. The last event is followed by the PIN's remaining life.
	Waits []time.Duration
	// Expiry is how long each PIN lives.
	Expiry time.Duration
}

// The defaults of the Verify API.
const (
	defaultExpiry = 300 * time.Second
	workflows     = 7
)

// workflow gives the events of a workflow_id, 1 to 7, and its own waits between them. The waits that the Verify API
// documents after each last event, as 300 s in workflow 1, are what its PIN still lives then.
func workflow(id int) ([]Channel, []time.Duration) {
	switch id {
	case 1:
		return []Channel{SMS, Voice, Voice}, []time.Duration{125 * time.Second, 180 * time.Second}
	case 2:
		return []Channel{SMS, SMS, Voice}, []time.Duration{125 * time.Second, 180 * time.Second}
	case 3:
		return []Channel{Voice, Voice}, []time.Duration{150 * time.Second}
	case 4:
		return []Channel{SMS, SMS}, []time.Duration{120 * time.Second}
	case 5:
		return []Channel{SMS, Voice}, []time.Duration{120 * time.Second}
	case 6:
		return []Channel{SMS}, nil
	default:
		return []Channel{Voice}, nil
	}
}

// newPlan gives the plan of a workflow with the given pin_expiry and next_event_wait, 0 where not given. Where both
// are given and the first is no multiple of the second, it equals it.
func newPlan(id int, expiry, wait time.Duration) Plan {
	channels, waits := workflow(id)
	if expiry != 0 && wait != 0 && expiry%wait != 0 {
		expiry = wait
	}
	if expiry == 0 {
		expiry = defaultExpiry
	}
	for i := range waits {
		if wait != 0 {
			waits[i] = wait
		}
	}
	return Plan{Channels: channels, Waits: waits, Expiry: expiry}
}

// events gives how many events there are.
func (p Plan) events() int { return len(p.Channels) }

// renews tells whether the nth event carries a new PIN by the plan: when the one before has lived its time by then. An
// event that trigger_next_event brings forward renews as it would have in its own time.
func (p Plan) renews(n int) bool {
	var at, born time.Duration
	renewed := false
	for i := 2; i <= n; i++ {
		at += p.Waits[i-2]
		renewed = at-born >= p.Expiry
		if renewed {
			born = at
		}
	}
	return renewed
}

// end gives when a verification expires whose nth event takes place at now with a PIN that dies at expires.
func (p Plan) end(n int, now, expires time.Time) time.Time {
	for i := n + 1; i <= p.events(); i++ {
		now = now.Add(p.Waits[i-2])
		if p.renews(i) || !now.Before(expires) {
			expires = now.Add(p.Expiry)
		}
	}
	return expires
}
