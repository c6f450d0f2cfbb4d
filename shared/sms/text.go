package sms

import (
	"lineproof/shared/message"
	"lineproof/shared/template"
	"lineproof/shared/verification"
)

// Text returns what a message says: the SMS, or the SSML of a call.
func Text(n verification.OutboundMessage) string {
	switch {
	case n.Channel == verification.Voice:
		return Speech(n).SSML
	case !n.Text.IsZero():
		return n.Text.With(n.PIN)
	}
	return message.SMS(message.Locale(n.Locale), content(n))
}

// Phrases returns what templates ask of messages.
func Phrases() template.Phrases {
	return template.Phrases{
		TimeLimit: message.TimeLimit, Segments: message.Parts, SpeechSize: message.SpeechSize,
	}
}

// Speech returns how a call is spoken.
func Speech(n verification.OutboundMessage) message.Spoken {
	if !n.Text.IsZero() {
		return message.Recite(message.Locale(n.Locale), n.Text.Around(), n.PIN.Reveal())
	}
	return message.Speech(message.Locale(n.Locale), content(n))
}

func content(n verification.OutboundMessage) message.Content {
	return message.Content{
		Brand:    n.Brand,
		Payee:    n.Payee,
		Amount:   n.Amount,
		PIN:      n.PIN.Reveal(),
		Validity: n.Validity,
		Domain:   n.Domain,
		AppHash:  n.AppHash,
	}
}
