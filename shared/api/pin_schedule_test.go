package api_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lineproof/shared/phone"
)

// schedule plays a verification to its end and writes what was sent: seconds, channel and a letter
// for each PIN, and the second at which it ended.
func (w *pinWorld) schedule(id string) string {
	w.t.Helper()
	w.advance(3 * time.Hour)
	var lines []string
	var pins []string
	for _, m := range w.inbox.Messages(id, phone.Number{}) {
		if !slices.Contains(pins, m.PIN.Reveal()) {
			pins = append(pins, m.PIN.Reveal())
		}
		letter := string(rune('a' + slices.Index(pins, m.PIN.Reveal())))
		lines = append(lines, fmt.Sprintf("%.0f %s %s", m.At.Sub(noon).Seconds(), m.Channel, letter))
	}
	found := w.do(verifying("search/json", "request_id", id))
	ended, err := time.Parse(time.DateTime, found.member("date_finalized"))
	if err != nil || found.member("status") != "EXPIRED" {
		w.t.Fatalf("search answered %s", found.body)
	}
	return strings.Join(append(lines, fmt.Sprintf("%.0f", ended.Sub(noon).Seconds())), ", ")
}

// TestSchedules plays workflows with their own and with given times.
func TestSchedules(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		workflow, expiry, wait int
		want                   string
	}{
		{1, 0, 0, "0 sms a, 125 voice a, 305 voice b, 605"},
		{2, 0, 0, "0 sms a, 125 sms a, 305 voice b, 605"},
		{3, 0, 0, "0 voice a, 150 voice a, 300"},
		{4, 0, 0, "0 sms a, 120 sms a, 300"},
		{5, 0, 0, "0 sms a, 120 voice a, 300"},
		{6, 0, 0, "0 sms a, 300"},
		{7, 0, 0, "0 voice a, 300"},
		{1, 360, 120, "0 sms a, 120 voice a, 240 voice a, 360"},
		{1, 240, 120, "0 sms a, 120 voice a, 240 voice b, 480"},
		{1, 120, 120, "0 sms a, 120 voice b, 240 voice c, 360"},
		{1, 200, 120, "0 sms a, 120 voice b, 240 voice c, 360"},
		{1, 400, 120, "0 sms a, 120 voice b, 240 voice c, 360"},
		{1, 60, 900, "0 sms a, 900 voice b, 1800 voice c, 2700"},
		{1, 3600, 900, "0 sms a, 900 voice a, 1800 voice a, 3600"},
		{1, 60, 60, "0 sms a, 60 voice b, 120 voice c, 180"},
		{1, 3600, 0, "0 sms a, 125 voice a, 305 voice a, 3600"},
		{1, 60, 0, "0 sms a, 125 voice b, 305 voice c, 365"},
		{1, 0, 60, "0 sms a, 60 voice a, 120 voice a, 300"},
		{1, 0, 900, "0 sms a, 900 voice b, 1800 voice c, 2100"},
		{4, 240, 120, "0 sms a, 120 sms a, 240"},
		{4, 120, 120, "0 sms a, 120 sms b, 240"},
		{6, 3600, 0, "0 sms a, 3600"},
		{6, 60, 900, "0 sms a, 900"},
		{7, 60, 0, "0 voice a, 60"},
	} {
		w := newPINWorld(t)
		pairs := []string{"workflow_id", strconv.Itoa(row.workflow), "code_length", "6"}
		if row.expiry > 0 {
			pairs = append(pairs, "pin_expiry", strconv.Itoa(row.expiry))
		}
		if row.wait > 0 {
			pairs = append(pairs, "next_event_wait", strconv.Itoa(row.wait))
		}
		id := w.do(verifying("json", slices.Concat(good, pairs)...)).member("request_id")
		if got := w.schedule(id); got != row.want {
			t.Errorf("workflow %d with %d/%d: %s, want %s", row.workflow, row.expiry, row.wait, got, row.want)
		}
		if w.outbox.Len() != 0 {
			t.Errorf("workflow %d with %d/%d: %d messages wait after the end", row.workflow, row.expiry, row.wait, w.outbox.Len())
		}
	}
}

// The text says for how many minutes its PIN is good from then on.
func TestMinutesInTheText(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		workflow, expiry, wait string
		want                   []string
	}{
		{"4", "", "", []string{"5 minutes.", "3 minutes."}},
		{"2", "", "", []string{"5 minutes.", "3 minutes."}}, // 175 s: a message may be under way for a few
		{"4", "3600", "", []string{"60 minutes.", "58 minutes."}},
		{"4", "60", "60", []string{"1 minute.", "1 minute."}},
		{"4", "360", "120", []string{"6 minutes.", "4 minutes."}},
	} {
		w := newPINWorld(t)
		id := w.begun("workflow_id", row.workflow, "lg", "en-gb", "pin_expiry", row.expiry, "next_event_wait", row.wait)
		w.advance(3 * time.Minute)
		sent := w.inbox.Messages(id, phone.Number{})
		if len(sent) != len(row.want) {
			t.Fatalf("%s/%s: %d messages", row.expiry, row.wait, len(sent))
		}
		for i, m := range sent {
			if !strings.Contains(m.Text, row.want[i]) {
				t.Errorf("%s/%s: event %d says %q, want %s", row.expiry, row.wait, i+1, m.Text, row.want[i])
			}
		}
	}
}
