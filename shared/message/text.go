package message

import (
	"maps"
	"strings"
)

// text is one locale's words.
type text struct {
	verify  wording // zero where ordinary requests don't offer the locale
	psd2    wording // zero where payments don't offer the locale
	minute  string  // ${unit} of 1, where that differs; languages with more plurals abbreviate
	minutes string  // ${unit} of all other numbers
	comma   bool    // the decimal mark is a comma
	voice   string  // VoiceId that speaks it
	english Locale  // what is spoken instead where no voice does, or the document says so
}

// wording is one message. Placeholders: ${name} of the brand or payee, ${pin},
// ${minutes}, ${unit} and, for payments, ${amount}. No full stop follows the PIN
// in speech: many languages read a digit and a stop as an ordinal.
type wording struct {
	full   string // SMS with validity
	short  string // SMS without it, for names in UCS-2 and added lines
	speech string // the sentence that is spoken twice
}

// texts holds every locale of either product.
var texts = gather(english, romance, germanic, nordic, slavic, baltic, celtic, mediterranean, asian)

func gather(families ...map[Locale]text) map[Locale]text {
	all := make(map[Locale]text)
	for _, family := range families {
		maps.Copy(all, family)
	}
	return all
}

func (t text) wording(p Product) wording {
	if p == PSD2 {
		return t.psd2
	}
	return t.verify
}

func (t text) unit(n int) string {
	if n == 1 && t.minute != "" {
		return t.minute
	}
	return t.minutes
}

// decimal writes an amount with the locale's decimal mark.
func (t text) decimal(amount string) string {
	if t.comma {
		return strings.ReplaceAll(amount, ".", ",")
	}
	return amount
}
