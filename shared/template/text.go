package template

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"lineproof/shared/redact"
	"lineproof/shared/verification"
)

// The variables of texts.
const (
	codeVariable  = "${code}"
	brandVariable = "${brand}"
	limitVariable = "${time-limit}"
	unitVariable  = "${time-limit-unit}"
)

// The longest values: of a brand and of a code, in characters, and of a code's life.
const (
	MaxBrand = 18
	MaxCode  = 10
	MaxLife  = 900 * time.Second
)

// What End User Messaging takes as a body, in characters: of SendTextMessage, of which a line may
// go to an app, and of SendVoiceMessage in SSML.
const (
	maxSMS    = 1600 - appLine
	maxSpeech = 6000
	appLine   = 12
)

// Phrases is what texts ask of the package that writes messages.
type Phrases struct {
	// TimeLimit returns how long a code lives as a text of the locale says it, as 5 and minutes.
	TimeLimit func(locale string, life time.Duration) (limit, unit string)
	// Segments returns how many messages an SMS of the text takes.
	Segments func(text string) int
	// SpeechSize returns how many characters a call takes that speaks the words before, between and
	// after the places of the code; 0 when no voice speaks the locale.
	SpeechSize func(locale string, words []string, code string) int
}

// Speaks tells whether a fragment for the channel may have the locale: a voice has to speak it.
func (p Phrases) Speaks(c verification.Channel, locale string) bool {
	return c != verification.Voice || p.SpeechSize(locale, []string{""}, "") > 0
}

// Text is the words of a fragment, with variables. What it says may be about a person, so it
// prints, logs and encodes as redacted.
type Text struct {
	redact.ValueAs[textLabel]

	written string
}

type textLabel struct{}

// Label returns what stands for every text.
func (textLabel) Label() string { return "[text]" }

// StoredText returns the text of words that were judged before (see [Judge]).
func StoredText(written string) Text { return Text{written: written} }

// Written reveals the words as they were written.
func (t Text) Written() string { return t.written }

// Fill returns what a message says that comes from a brand and whose code lives so long. A value
// that looks like a variable stays what it is.
func (t Text) Fill(brand, limit, unit string) verification.Text {
	return verification.StoredText(strings.NewReplacer(
		codeVariable, verification.Placeholder, brandVariable, verification.OneLine(brand),
		limitVariable, limit, unitVariable, unit,
	).Replace(t.written))
}

// Judge reads the words of a fragment for a channel and a locale, and returns what is wrong with
// them; "" for nothing. They have the code, no other variables than ours, and no character that
// controls how the rest is shown; "{{" would begin a place of the code (see verification.Text).
// With the longest values a provider takes them. Plain words show nothing that leads elsewhere.
func Judge(
	written string, c verification.Channel, locale string, plain bool, p Phrases,
) (t Text, flaw string) {
	t = Text{written: written}
	if strings.Contains(written, "{{") {
		return Text{}, "must not have {{"
	}
	if at, unknown := unknownVariable(written); unknown {
		return Text{}, fmt.Sprintf("has a variable at character %d that is none of %s, %s, %s, %s",
			at, codeVariable, brandVariable, limitVariable, unitVariable)
	}
	limit, unit := p.TimeLimit(locale, MaxLife)
	filled, good := verification.ParseText(
		t.Fill(strings.Repeat("W", MaxBrand), limit, unit).Template(),
	)
	switch {
	case !strings.Contains(written, codeVariable):
		return Text{}, "must have " + codeVariable
	case !good:
		return Text{}, "must not have control characters"
	case plain && filled.Leads(MaxCode):
		return Text{}, "must not show a link or a number to call"
	}
	if flaw = oversize(filled, c, locale, p); flaw != "" {
		return Text{}, flaw
	}
	return t, ""
}

// unknownVariable returns where a variable begins that is none of ours, or that does not end: the
// number of its first character.
func unknownVariable(written string) (at int, unknown bool) {
	rest := written
	for {
		before, after, found := strings.Cut(rest, "${")
		if !found {
			return 0, false
		}
		at += utf8.RuneCountInString(before) + 1
		name, next, closed := strings.Cut(after, "}")
		switch "${" + name + "}" {
		case codeVariable, brandVariable, limitVariable, unitVariable:
		default:
			return at, true
		}
		if !closed {
			return at, true
		}
		at += 2 + utf8.RuneCountInString(name)
		rest = next
	}
}

// oversize tells when a text is too long for its channel with the longest code; "" when it is not.
func oversize(filled verification.Text, c verification.Channel, locale string, p Phrases) string {
	longest := verification.NewPIN(strings.Repeat("W", MaxCode))
	switch c {
	case verification.Voice:
		if p.SpeechSize(locale, filled.Around(), longest.Reveal()) > maxSpeech {
			return fmt.Sprintf("must be spoken in at most %d characters of SSML", maxSpeech)
		}
	default:
		if utf8.RuneCountInString(filled.With(longest)) > maxSMS {
			return fmt.Sprintf(
				"must have at most %d characters with its variables filled in", maxSMS,
			)
		}
	}
	return ""
}
