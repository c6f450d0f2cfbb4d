package numbering

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"lineproof/shared/verification"
)

// longest is the most characters that a number with its punctuation may take.
const longest = 64

// punctuation is what people write between digits, beside every dash that Unicode has.
const punctuation = ".()/[]~（）．／［］⁓∼～−"

// clean gives what counts of a written number: ASCII digits, behind a '+' where one was written
// before the first digit. It refuses what holds anything but digits, '+', punctuation and what
// shows nothing: white space, and the direction marks and joiners that address books put around
// numbers.
func clean(text string) (string, bool) {
	if utf8.RuneCountInString(text) > longest {
		return "", false
	}
	var b strings.Builder
	for _, r := range text {
		switch digit := digitOf(r); {
		case digit >= 0:
			b.WriteByte(byte('0' + digit))
		case r == '+' || r == '＋':
			if b.Len() == 0 {
				b.WriteByte('+')
			} else if b.String() != "+" {
				return "", false
			}
		case !ignored(r):
			return "", false
		}
	}
	return b.String(), strings.Trim(b.String(), "+") != ""
}

// digitOf gives the value of a decimal digit of any script, or -1. Unicode keeps the ten of each
// script together and in order.
func digitOf(r rune) int {
	if !unicode.Is(unicode.Nd, r) {
		return -1
	}
	zero := r
	for zero > 0 && unicode.Is(unicode.Nd, zero-1) {
		zero--
	}
	return int(r-zero) % 10
}

func ignored(r rune) bool {
	return verification.Invisible(r) || unicode.Is(unicode.Pd, r) ||
		strings.ContainsRune(punctuation, r)
}
