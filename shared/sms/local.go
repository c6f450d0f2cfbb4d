package sms

import (
	"context"
	"fmt"
	"sync"
	"time"

	"lineproof/shared/phone"
	"lineproof/shared/redact"
	"lineproof/shared/verification"
)

// Sandbox is a verification.Sender that knows what becomes of test numbers, which no provider
// reaches, and leaves all others to Next.
type Sandbox struct {
	// Inbox gets what a test number's phone would.
	Inbox verification.Sender
	// Next sends to all other numbers.
	Next verification.Sender
}

// Send gives the outcome of a test number's scenario.
func (s Sandbox) Send(ctx context.Context, n verification.OutboundMessage) verification.SendResult {
	if !n.To.IsSandbox() {
		return s.Next.Send(ctx, n)
	}
	r := verification.SendResult{Outcome: scene(verification.ScenarioOf(n.To), n)}
	if r.Outcome == verification.Accepted {
		r.Message = fmt.Sprintf("sandbox-%s-%d", n.RequestID, n.Event)
	}
	if r.Outcome == verification.Accepted || r.Outcome == verification.Unknown {
		s.Inbox.Send(ctx, n)
	}
	return r
}

func scene(s verification.Scenario, n verification.OutboundMessage) verification.Outcome {
	switch {
	case s == verification.RefusedAlways,
		s == verification.RefusedSMS && n.Channel == verification.SMS,
		s == verification.LandlineNumber && n.Channel == verification.SMS:
		return verification.Refused
	case s == verification.ThrottledAlways, s == verification.ThrottledOnce && n.Try == 0:
		return verification.Throttled
	case s == verification.AnswerLost:
		return verification.Unknown
	case s == verification.BlockedNetwork:
		return verification.Blocked
	default:
		return verification.Accepted
	}
}

// Sent is a message in an inbox.
type Sent struct {
	redact.Print
	// RequestID and Event tell what it belongs to.
	RequestID string
	Event     int
	// Channel is how it came, To to whom, From from whom.
	Channel verification.Channel
	To      phone.Number
	From    string
	// Text is what it says, as SSML when it is spoken; PIN is the PIN in it.
	Text string
	PIN  verification.PIN
	// At is when.
	At time.Time
}

// Inbox is a verification.Sender that keeps what it is handed, for the local server and for tests.
type Inbox struct {
	now func() time.Time

	mu   sync.Mutex
	sent []Sent
}

// mostSent bounds the inbox: the oldest messages go.
const mostSent = 10_000

// NewInbox gives an empty inbox that reads the clock now.
func NewInbox(now func() time.Time) *Inbox { return &Inbox{now: now} }

// Send keeps the message. It is always accepted.
func (i *Inbox) Send(_ context.Context, n verification.OutboundMessage) verification.SendResult {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.sent) == mostSent {
		i.sent = append([]Sent(nil), i.sent[mostSent/10:]...)
	}
	i.sent = append(
		i.sent,
		Sent{
			redact.Print{},
			n.RequestID,
			n.Event,
			n.Channel,
			n.To,
			n.Sender,
			Text(n),
			n.PIN,
			i.now(),
		},
	)
	return verification.SendResult{
		Outcome: verification.Accepted,
		Message: fmt.Sprintf("inbox-%s-%d", n.RequestID, n.Event),
	}
}

// Messages gives the messages of a request_id, oldest first, or of a number when the id is empty,
// or all when that is zero too.
func (i *Inbox) Messages(requestID string, to phone.Number) []Sent {
	i.mu.Lock()
	defer i.mu.Unlock()
	found := []Sent{}
	for _, s := range i.sent {
		if (requestID == "" || s.RequestID == requestID) &&
			(requestID != "" || to.IsZero() || s.To == to) {
			found = append(found, s)
		}
	}
	return found
}

// Reset empties the inbox.
func (i *Inbox) Reset() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.sent = nil
}

// Nowhere is a verification.Sender that sends nothing and answers everything with this outcome.
type Nowhere verification.Outcome

// Send returns the outcome.
func (n Nowhere) Send(context.Context, verification.OutboundMessage) verification.SendResult {
	return verification.SendResult{Outcome: verification.Outcome(n)}
}

// Anywhere tells of each channel that it reaches each country, as that of an Inbox does. It serves
// as verification.Requester.Routed.
func Anywhere(string, verification.Channel) bool { return true }
