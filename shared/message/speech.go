package message

import (
	"encoding/xml"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

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
// ear, then twice who asks and the PIN, character by character.
func Speech(l Locale, c Content) Spoken {
	p := c.product()
	voice := p.voice(l)
	words, say := p.wording(voice)
	return twice(os.Expand(say.speech, c.spokenValue(words)), words.voice, voice)
}

// Recite returns how words of a caller's own are spoken in l, where they are what stands before,
// between and after the places of the PIN.
func Recite(l Locale, words []string, pin string) Spoken {
	voice := Verify.voice(l)
	said := make([]string, len(words))
	for i, part := range words {
		said[i] = escaped(part)
	}
	return twice(strings.Join(said, spelled(pin)), texts[voice].voice, voice)
}

// SpeechSize returns of how many characters Recite's document is; 0 when no voice speaks the
// locale, given as its tag.
func SpeechSize(tag string, words []string, pin string) int {
	l, offered := Verify.Known(tag)
	if !offered || texts[l].voice == "" {
		return 0
	}
	return utf8.RuneCountInString(Recite(l, words, pin).SSML)
}

// twice returns a sentence, which is SSML, as it is spoken.
func twice(sentence, voice string, l Locale) Spoken {
	return Spoken{
		SSML: `<speak><break time="1s"/>` + sentence +
			`<break time="2s"/>` + sentence + `</speak>`,
		Voice:  voice,
		Locale: l,
	}
}

// spokenValue is value for SSML: escaped, with the PIN taken apart.
func (c Content) spokenValue(words text) func(string) string {
	value := c.value(words)
	return func(name string) string {
		if name == "pin" {
			return spelled(c.PIN)
		}
		return escaped(value(name))
	}
}

// spelled puts a pause before each character, so that digits are not read as a number, and has a
// letter read by its name: alone it may be a word.
func spelled(pin string) string {
	var b strings.Builder
	for _, c := range pin {
		b.WriteString(`<break time="400ms"/>`)
		if unicode.IsLetter(c) {
			b.WriteString(`<say-as interpret-as="characters">` + string(c) + `</say-as>`)
		} else {
			b.WriteString(escaped(string(c)))
		}
	}
	return b.String()
}

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder never fails
	return b.String()
}
