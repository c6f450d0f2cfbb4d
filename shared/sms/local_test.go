package sms_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"lineproof/shared/phone"
	"lineproof/shared/sms"
	"lineproof/shared/verification"
)

var now = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

func clock() time.Time { return now }

func number(t *testing.T, digits string) phone.Number {
	t.Helper()
	n, err := phone.ParseDigits(digits)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func notice(t *testing.T, c verification.Channel) verification.OutboundMessage {
	t.Helper()
	return verification.OutboundMessage{
		To: number(t, "447700900123"), Country: "GB", Channel: c, RequestID: "id", Event: 1, Sender: "ACME", Brand: "Acme",
		Locale: "en-gb", PIN: verification.NewPIN("482913"), Expires: now.Add(299 * time.Second), Validity: 299 * time.Second,
	}
}

func TestSandbox(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		digits  string
		channel verification.Channel
		try     int
		want    verification.Outcome
		arrives int
	}{
		{"990123450001", verification.SMS, 0, verification.Accepted, 1},
		{"990123450002", verification.Voice, 0, verification.Accepted, 1},
		{"990123451101", verification.SMS, 0, verification.Refused, 0},
		{"990123451101", verification.Voice, 0, verification.Refused, 0},
		{"990123451201", verification.SMS, 0, verification.Throttled, 0},
		{"990123451201", verification.SMS, 1, verification.Accepted, 1},
		{"990123451301", verification.SMS, 0, verification.Unknown, 1},
		{"990123451401", verification.SMS, 0, verification.Refused, 0},
		{"990123451401", verification.Voice, 0, verification.Accepted, 1},
		{"990123451501", verification.SMS, 9, verification.Throttled, 0},
		{"990123452501", verification.SMS, 0, verification.Refused, 0},
		{"990123452501", verification.Voice, 0, verification.Accepted, 1},
		{"447700900123", verification.SMS, 0, "next", 0},
	} {
		inbox := sms.NewInbox(clock)
		s := sms.Sandbox{Inbox: inbox, Next: sms.Nowhere("next")}
		n := notice(t, test.channel)
		n.To, n.Try = number(t, test.digits), test.try
		if got := s.Send(t.Context(), n); got.Outcome != test.want {
			t.Errorf("%s by %s gave %v, want %v", test.digits, test.channel, got.Outcome, test.want)
		}
		if got := len(inbox.Messages("", phone.Number{})); got != test.arrives {
			t.Errorf("%s by %s: %d messages arrived, want %d", test.digits, test.channel, got, test.arrives)
		}
	}
}

func TestInbox(t *testing.T) {
	t.Parallel()
	inbox, a, b := sms.NewInbox(clock), notice(t, verification.SMS), notice(t, verification.Voice)
	b.RequestID, b.To = "other", number(t, "34600000001")
	for _, n := range []verification.OutboundMessage{a, b, a} {
		inbox.Send(context.Background(), n)
	}
	if got := inbox.Messages("id", phone.Number{}); len(got) != 2 || got[0].PIN != a.PIN || got[0].From != "ACME" || !got[0].At.Equal(now) {
		t.Errorf("by id: %d", len(got))
	}
	if got := inbox.Messages("", b.To); len(got) != 1 || got[0].Channel != verification.Voice || !strings.HasPrefix(got[0].Text, "<speak>") {
		t.Errorf("by number: %d", len(got))
	}
	if text := fmt.Sprintf("%v %+v", inbox.Messages("id", phone.Number{}), a); strings.Contains(text, "482913") || strings.Contains(text, "7700900123") {
		t.Errorf("printed %s", text)
	}
	inbox.Reset()
	if got := inbox.Messages("", phone.Number{}); len(got) != 0 {
		t.Errorf("after reset: %d", len(got))
	}
}

// A call in its caller's words speaks them, in their locale, and spells the code of letters and
// digits.
func TestCallInTheCallersWords(t *testing.T) {
	t.Parallel()
	n := notice(t, verification.Voice)
	text, _ := verification.ParseText("Bonjour & bienvenue : {{code}}")
	n.Locale, n.Text, n.PIN = "fr-fr", text, verification.NewPIN("a7")
	const sentence = `Bonjour &amp; bienvenue : <break time="400ms"/><say-as interpret-as="characters">a</say-as><break time="400ms"/>7`
	want := `<speak><break time="1s"/>` + sentence + `<break time="2s"/>` + sentence + `</speak>`
	if got := sms.Speech(n); got.SSML != want || got.Voice != "LEA" || sms.Text(n) != want {
		t.Errorf("spoken by %s: %s", got.Voice, got.SSML)
	}
}
