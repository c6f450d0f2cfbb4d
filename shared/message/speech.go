package message

import (
	"encoding/xml"
	"os"
	"strings"

	"lineproof/shared/redact"
)

// Spoken is a voice message. It prints redacted, since it holds the PIN.
type Spoken struct {
	redact.Value
	SSML   string // a speak document
	Voice  string // VoiceId of AWS End User Messaging (an Amazon Polly voice)
	Locale Locale // the language spoken, which is English where no voice has the one asked for
}

// Speech gives c as it is spoken in l: a pause while the phone is raised to the
// ear, then twice who asks and the PIN, digit by digit.
func Speech(l Locale, c Content) Spoken {
	p := c.product()
	voice := p.voice(l)
	words, say := p.wording(voice)
	sentence := os.Expand(say.speech, c.spokenValue(words))
	return Spoken{
		SSML: `<speak><break time="1s"/>` + sentence +
			`<break time="2s"/>` + sentence + `</speak>`,
		Voice:  words.voice,
		Locale: voice,
	}
}

// spokenValue is value for SSML: escaped, with the PIN taken apart.
func (c Content) spokenValue(words text) func(string) string {
	value := c.value(words)
	return func(name string) string {
		if name == "pin" {
			return digits(c.PIN)
		}
		return escaped(value(name))
	}
}

// digits puts a pause before each digit, so that none is read as a number.
func digits(pin string) string {
	var b strings.Builder
	for _, d := range pin {
		b.WriteString(`<break time="400ms"/>`)
		b.WriteString(escaped(string(d)))
	}
	return b.String()
}

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder never fails
	return b.String()
}
