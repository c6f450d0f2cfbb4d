package verification

import (
	"strings"
	"unicode"
)

// brailleBlank is a character of its own that has no dots.
const brailleBlank = '\u2800'

// Invisible tells whether a character shows nothing: white space, control and format characters,
// variation selectors and fillers.
func Invisible(r rune) bool {
	return unicode.IsSpace(r) || r == brailleBlank ||
		unicode.In(r, unicode.Z, unicode.Cc, unicode.Cf, unicode.Variation_Selector,
			unicode.Other_Default_Ignorable_Code_Point)
}

// Blank tells whether a text shows nothing. Such a parameter counts as absent: a brand of spaces
// tells nobody whose code it is.
func Blank(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return !Invisible(r) })
}

// Present returns a parameter's text, or "" for a blank one.
func Present(text string) string {
	if Blank(text) {
		return ""
	}
	return text
}
