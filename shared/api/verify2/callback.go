package verify2

import (
	"encoding/json"
	"fmt"
	"time"

	"lineproof/shared/verification"
	"lineproof/shared/webhook"
	"lineproof/shared/wire"
)

// Callbacks builds the bodies of callbacks, as "Verify API Webhooks" of Vonage's documentation has
// them: events of silent steps, and the summary. They hold no number and no code.
type Callbacks struct {
	// Origin is that of the check_url, as https://verify.example.
	Origin string
}

// Body returns the body of a callback, as webhook.Body says: of a summary from a settled record
// alone, which nothing changes any more, and of a silent step once the next one's time is fixed.
func (c Callbacks) Body(
	kind webhook.Kind, id string, v verification.Verification,
) (body []byte, ready bool) {
	if kind == webhook.Summary {
		return encode(c.summary(id, v)), v.Settled
	}
	steps := v.Plan.Steps
	if len(steps) == 0 || steps[0].Channel != verification.Silent || len(v.Events) == 0 {
		return nil, false
	}
	if kind == webhook.Pending {
		return encode(c.pending(id, v)), true
	}
	if !v.Settled && (v.Event < 2 || v.Event == 2 && !v.Queued) {
		return nil, false
	}
	return encode(c.step(id, v)), true
}

// event is the callback of a silent step.
type event struct {
	RequestID   string  `json:"request_id"`
	TriggeredAt string  `json:"triggered_at"`
	Type        string  `json:"type"`
	Channel     string  `json:"channel"`
	Status      string  `json:"status"`
	Action      *action `json:"action,omitempty"`
	FinalizedAt string  `json:"finalized_at,omitempty"`
	ClientRef   string  `json:"client_ref,omitempty"`
}

// action is what the end user's device has to do.
type action struct {
	Type     string `json:"type"`
	CheckURL string `json:"check_url"`
}

// summary is the callback of a verification's end.
type summary struct {
	RequestID      string        `json:"request_id"`
	SubmittedAt    string        `json:"submitted_at"`
	Status         string        `json:"status"`
	Type           string        `json:"type"`
	ChannelTimeout int           `json:"channel_timeout"` // seconds
	Workflow       []summaryStep `json:"workflow"`
	Price          string        `json:"price"` // in EUR
	ClientRef      string        `json:"client_ref,omitempty"`
	FinalizedAt    string        `json:"finalized_at"`
}

// summaryStep is a step of the workflow, in its order.
type summaryStep struct {
	Channel     string `json:"channel"`
	InitiatedAt string `json:"initiated_at,omitempty"`
	Status      string `json:"status"`
	Reason      string `json:"reason,omitempty"`
}

func encode(body any) []byte {
	text, _ := json.Marshal(body) // strings and numbers: never fails
	return text
}

func (c Callbacks) event(id string, v verification.Verification) event {
	return event{
		RequestID: spell(id, v), TriggeredAt: date(v.Events[0].At), Type: "event",
		Channel: channel(verification.Silent), ClientRef: v.Reference,
	}
}

func (c Callbacks) pending(id string, v verification.Verification) event {
	e := c.event(id, v)
	e.Status, e.Action = "action_pending", &action{"check", CheckURL(c.Origin, id)}
	return e
}

func (c Callbacks) step(id string, v verification.Verification) event {
	e := c.event(id, v)
	e.Status = stepStatus(v, 0)
	if len(v.Events) > 1 {
		e.FinalizedAt = date(v.Events[1].At)
	} else {
		e.FinalizedAt = date(v.Finalized(time.Time{})) // settled: whatever the time
	}
	return e
}

func (c Callbacks) summary(id string, v verification.Verification) summary {
	return summary{
		RequestID:      spell(id, v),
		SubmittedAt:    date(v.Submitted),
		Status:         endStatus(v),
		Type:           "summary",
		ChannelTimeout: int(timeout(v.Plan) / time.Second),
		Workflow:       workflow(v),
		Price:          euro(v.Charge()),
		ClientRef:      v.Reference,
		FinalizedAt:    date(v.Finalized(time.Time{})),
	}
}

func workflow(v verification.Verification) []summaryStep {
	steps := make([]summaryStep, len(v.Plan.Steps))
	for i, s := range v.Plan.Steps {
		steps[i] = summaryStep{Channel: channel(s.Channel), Status: stepStatus(v, i)}
		if i < len(v.Events) {
			steps[i].InitiatedAt = date(v.Events[i].At)
			steps[i].Reason = whyNot(v.Events[i])
		}
	}
	return steps
}

// CheckURL returns where the end user's device goes for the silent step of a request_id, under the
// URL that the service is reached at.
func CheckURL(origin, id string) string {
	return origin + "/v2/verify/" + verification.UUID(id) + wire.SilentAuthPath
}

// spell writes a request_id as who is told knows it: as a UUID, or in 32 digits to who hears at an
// account's own address, as the Verify API's version 1 has it.
func spell(id string, v verification.Verification) string {
	if v.Callback == webhook.Prefix {
		return id
	}
	return verification.UUID(id)
}

// date writes a time as ISO 8601 in UTC, with milliseconds.
func date(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// euro writes an amount in millionths of a euro.
func euro(micro int64) string { return fmt.Sprintf("%d.%06d", micro/1_000_000, micro%1_000_000) }

// timeout is how long a step waits for its code: the last and only one as long as the code lives.
func timeout(p verification.Plan) time.Duration {
	if len(p.Steps) == 0 || len(p.Steps) == 1 && p.Steps[0].Channel != verification.Silent {
		return p.Expiry
	}
	return p.Steps[0].Wait
}

// channel is what the wire calls one.
func channel(c verification.Channel) string {
	if c == verification.Silent {
		return "silent_auth"
	}
	return string(c)
}
