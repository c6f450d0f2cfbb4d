package api

import (
	"fmt"
	"strings"
	"time"

	"lineproof/shared/pin"
)

// date writes a time as the Verify API does, in UTC; no time is "".
func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateTime)
}

// euro writes an amount in millionths of a euro with eight decimals.
func euro(micro int64) string { return fmt.Sprintf("%d.%06d00", micro/1_000_000, micro%1_000_000) }

// charged gives what the verification costs its owner: its price, once it has succeeded.
func charged(r pin.Report) int64 {
	if r.State != pin.Success {
		return 0
	}
	return r.Price
}

// spentOnMessages estimates what the messages of a verification cost: those that the provider took or may have taken.
func spentOnMessages(v pin.Verification) int64 {
	var sum int64
	for _, event := range v.Events {
		switch {
		case event.Outcome == pin.Refused, event.Outcome == pin.Throttled:
		case event.Channel == pin.Voice:
			sum += v.VoicePrice
		default:
			sum += v.SMSPrice
		}
	}
	return sum
}

// eventID names the event at index i of a verification: as the provider does, or, where it has not, by the request_id.
func eventID(requestID string, i int, event pin.Event) string {
	if event.Message != "" {
		return event.Message
	}
	return fmt.Sprintf("%s%02X", strings.ToUpper(requestID[:min(14, len(requestID))]), i+1)
}

// lastEventID names the last event; one that is only being sent has the name of the first.
func lastEventID(requestID string, events []pin.Event) string {
	if len(events) == 0 {
		return eventID(requestID, 0, pin.Event{})
	}
	last := len(events) - 1
	return eventID(requestID, last, events[last])
}
