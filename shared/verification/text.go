package verification

import (
	"regexp"
	"strings"
	"sync"
	"unicode"

	"lineproof/shared/redact"
)

// Placeholder stands in a Text for the PIN.
const Placeholder = "{{code}}"

// Text is a message in its caller's own words, in which each [Placeholder] becomes the PIN. What it
// says may be about a person, so it prints, logs and encodes as redacted. The zero Text is none:
// the message is ours then.
type Text struct {
	redact.ValueAs[textLabel]

	template string
}

type textLabel struct{}

// Label returns what stands for every text.
func (textLabel) Label() string { return "[text]" }

// ParseText reads a template. It must have a place for the PIN, and no character that controls how
// the rest is shown, but for line feeds: who can turn the order of digits around can show another
// code.
func ParseText(template string) (Text, bool) {
	if !strings.Contains(template, Placeholder) || strings.ContainsFunc(template, controls) {
		return Text{}, false
	}
	return StoredText(template), true
}

// StoredText returns the text of a template that was parsed before.
func StoredText(template string) Text { return Text{template: template} }

// OneLine returns a value that a template is filled with: what controls how the rest is shown, line
// feeds among it, is a space.
func OneLine(value string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || controls(r) {
			return ' '
		}
		return r
	}, value)
}

func controls(r rune) bool {
	return r != '\n' && unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}

// Template reveals it as it was written, for the record.
func (t Text) Template() string { return t.template }

// IsZero tells whether there is none.
func (t Text) IsZero() bool { return t.template == "" }

// With reveals the text that carries the PIN.
func (t Text) With(p PIN) string {
	return strings.ReplaceAll(t.template, Placeholder, p.Reveal())
}

// Around reveals what stands before, between and after the places of the PIN, for what speaks it.
func (t Text) Around() []string { return strings.Split(t.template, Placeholder) }

// Sample reveals the text as it is with any PIN of so many digits, for what only counts or judges.
func (t Text) Sample(digits int) string { return t.With(NewPIN(strings.Repeat("0", digits))) }

// dialled is what a phone may show as a number to call: seven digits or more.
var dialled = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\pN(?:[ \x{a0}().\-/]{0,2}\pN){6}`)
})

// Leads tells whether a phone may show something in it, with a PIN of so many digits, that leads
// elsewhere: a link, or beside the PIN a number to call. Terms with PlainBrand keep such texts out
// of messages.
func (t Text) Leads(digits int) bool {
	return ShowsLink(t.Sample(digits)) || dialled().MatchString(t.template)
}

// link is what a phone may show as a link: a scheme, a host, an IPv4 address. A host ends in two
// letters or more, so "Web 2.0", "Dr. No" and "H.I.S." are none.
var link = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`://|[\pL\pN]\.\pL\pL|[0-9]\.[0-9]+\.[0-9]+\.[0-9]`)
})

// ShowsLink tells whether a phone may show something in the text as a link. Terms with PlainBrand
// keep such texts out of messages.
func ShowsLink(text string) bool { return link().MatchString(strings.Map(seen, text)) }

// seen returns a character as a reader sees it: what is not shown is none, and what is shown as a
// dot is one.
func seen(c rune) rune {
	switch {
	case unicode.In(c, unicode.Cf, unicode.Mn, unicode.Other_Default_Ignorable_Code_Point):
		return -1
	case strings.ContainsRune("\u3002\uff0e\uff61\u2024\ufe52", c):
		return '.'
	}
	return c
}
