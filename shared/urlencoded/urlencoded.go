// Package urlencoded reads application/x-www-form-urlencoded text as the URL Standard does (§5.1),
// and with it browsers, PHP and Python: only '&' separates, and a '%' that begins no escape stands
// for itself. So every text is one.
package urlencoded

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// ByteOrderMark may stand before a form and is no part of it.
const ByteOrderMark = "\ufeff"

// Parse reads a query or a form. Bytes that are not UTF-8 are left as they came, for the caller to
// refuse.
func Parse(text string) url.Values {
	values := url.Values{}
	for pair := range strings.SplitSeq(strings.TrimPrefix(text, ByteOrderMark), "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name = Unescape(name)
		values[name] = append(values[name], Unescape(value))
	}
	return values
}

// Unescape decodes '+' and percent-escapes.
func Unescape(text string) string {
	if !strings.ContainsAny(text, "%+") {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '+':
			b.WriteByte(' ')
		case c == '%' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]):
			b.WriteByte(nibble(text[i+1])<<4 | nibble(text[i+2]))
			i += 2
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func nibble(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c&^0x20 - 'A' + 10
}

// UTF8 tells whether all values of a parameter are UTF-8.
func UTF8(values []string) bool {
	for _, value := range values {
		if !utf8.ValidString(value) {
			return false
		}
	}
	return true
}
