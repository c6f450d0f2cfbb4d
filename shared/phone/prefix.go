package phone

import (
	"errors"
	"slices"
	"strings"
)

// Prefixes are the beginnings of the numbers that somebody speaks for, without '+': "4477" is every
// number that begins with +4477. The zero Prefixes cover no number.
type Prefixes []string

// Every covers every number.
var Every = Prefixes{""}

// ErrPrefix says that a text is not the beginning of a number.
var ErrPrefix = errors.New("phone: not the first digits of an E.164 number")

// ParsePrefixes reads a list of prefixes: 1 to 15 digits each, the first not 0. It fails with
// ErrPrefix.
func ParsePrefixes(texts []string) (Prefixes, error) {
	if slices.ContainsFunc(texts, func(text string) bool { return !isPrefix(text) }) {
		return nil, ErrPrefix
	}
	return slices.Clone(texts), nil
}

func isPrefix(text string) bool {
	return text != "" && len(text) <= maxDigits && text[0] != '0' &&
		strings.Trim(text, "0123456789") == ""
}

// Cover tells whether n begins with one of the prefixes; no number does not.
func (p Prefixes) Cover(n Number) bool {
	digits := n.Digits()
	begins := func(prefix string) bool { return strings.HasPrefix(digits, prefix) }
	return digits != "" && slices.ContainsFunc(p, begins)
}
