// Package message owns what a person reads or hears: the SMS and the spoken
// text that carry a PIN, in each locale the Verify API offers, the voice that
// speaks it, and the count of the segments an SMS takes. It sends nothing.
package message

import (
	"os"
	"strconv"
	"strings"
	"time"
	"unicode"

	"lineproof/shared/redact"
)

// The longest inputs for which SMS promises one segment, in characters.
const (
	MaxName   = 18 // a brand or a payee
	MaxPIN    = 6  // digits
	MaxAmount = 12 // 999999999.99
)

// Content is what one message has to say. It prints redacted, since it holds
// the PIN. A Payee makes it a payment to confirm (PSD2); otherwise Brand names
// who asks.
type Content struct {
	redact.Value
	Brand    string        // at most MaxName characters
	Payee    string        // at most MaxName characters
	Amount   string        // euros, digits with a decimal point: 48.00
	PIN      string        // at most MaxPIN digits, or letters and digits of its caller's
	Validity time.Duration // at most an hour; told in whole minutes, rounded down
	Domain   string        // ASCII host name for the browser's line, or empty
	AppHash  string        // 11 characters that name an Android app, or empty
}

// SMS gives the text of c in l, in one segment. Where the full text is too long
// it leaves out the validity, then all words, then the lines for programs; who
// asks, the amount and the PIN always stay, so that only a name or amount beyond
// its limit takes more segments. A locale which the product doesn't offer reads
// as the product's default.
func SMS(l Locale, c Content) string {
	p := c.product()
	words, say := p.wording(l)
	value := c.value(words)
	for _, lines := range c.lines() {
		for _, form := range []string{say.full, say.short, p.bare()} {
			text := os.Expand(form, value) + lines
			if _, _, segments := Segments(text); segments == 1 {
				return text
			}
		}
	}
	return os.Expand(p.bare(), value)
}

func (c Content) product() Product {
	if c.Payee != "" {
		return PSD2
	}
	return Verify
}

// lines gives the endings for programs, the most wanted first. The browser's
// must be the last of the message (WICG "Origin-bound one-time codes delivered
// via SMS", §3); the app hash may stand on any line (Android SMS Retriever).
func (c Content) lines() []string {
	var domain, hash string
	if c.Domain != "" {
		domain = "\n@" + c.Domain + " #" + c.PIN
	}
	if c.AppHash != "" {
		hash = "\n" + c.AppHash
	}
	return []string{hash + domain, domain, hash, ""}
}

// value gives what stands for each placeholder of a text.
func (c Content) value(words text) func(string) string {
	return func(name string) string {
		switch name {
		case "name":
			return line(c.name())
		case "amount":
			return words.decimal(c.Amount)
		case "pin":
			return c.PIN
		case "minutes":
			return strconv.Itoa(c.minutes())
		case "unit":
			return words.unit(c.minutes())
		}
		return ""
	}
}

func (c Content) name() string {
	if c.product() == PSD2 {
		return c.Payee
	}
	return c.Brand
}

// minutes rounds down, so that no message promises much more than holds.
func (c Content) minutes() int {
	return max(1, int((c.Validity+underway)/time.Minute))
}

// TimeLimit returns how long a PIN lives as a text of that locale, given as its tag, says it: a
// whole number of minutes, rounded down, and their unit, as 5 and minutes. A locale without texts
// has those of its language, else English ones.
func TimeLimit(tag string, life time.Duration) (limit, unit string) {
	minutes := max(1, int(life/time.Minute))
	words := texts[Locale(LocaleNear(tag, ""))]
	return strconv.Itoa(minutes), words.unit(minutes)
}

// line keeps a name to its place: a line break in it could pass for the line that
// tells a browser which site the code is for, and a direction mark could show
// the digits that follow in another order.
func line(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control) {
			return ' '
		}
		return r
	}, name)
}

// underway is what a message may have been on its way to us for without its validity being told a
// minute shorter.
const underway = 10 * time.Second
