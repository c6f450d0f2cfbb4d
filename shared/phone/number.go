// Package phone owns the phone number: an E.164 value that shows itself only when asked to by name,
// and its hashes.
//
// A [Number] prints, formats, logs and marshals as redacted. The few places that need its digits, a
// store's key, an answer's body or a message's destination, call [Number.E164] or [Number.Digits],
// so a reviewer finds them all by these names.
package phone

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"strconv"

	"lineproof/shared/fault"
	"lineproof/shared/redact"
)

// The bounds of an E.164 number as CAMARA writes them: ^\+[1-9][0-9]{4,14}$.
const (
	minDigits = 5
	maxDigits = 15
)

// label is what a number shows to logs, errors and traces.
type label struct{}

// Label returns what stands for every number and hash.
func (label) Label() string { return "[number]" }

// ErrMalformed says that a text is no E.164 number. It does not hold the text.
var ErrMalformed = errors.New("phone: not an E.164 number")

// Number is an E.164 number, 5 to 15 digits beginning with the country's calling code. The zero
// Number is none. Numbers compare with == and serve as map keys.
type Number struct {
	redact.ValueAs[label]

	veiled uint64 // the digits as an integer, XOR veil; 0 for none
}

// veil keeps numbers out of what fmt prints of other types' unexported fields, where it calls no
// method of ours. It exceeds every number, so no veiled number is 0.
var veil = newVeil()

func newVeil() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return binary.NativeEndian.Uint64(b[:]) | 1<<63
}

// Parse reads a number that begins with '+' and a digit other than 0.
// It fails with a fault.InvalidField that wraps ErrMalformed.
func Parse(text string) (Number, error) {
	if text == "" || text[0] != '+' {
		return Number{}, malformed()
	}
	return ParseDigits(text[1:])
}

// ParseOptionalPlus reads a number that may lack the '+'. It fails as Parse does.
func ParseOptionalPlus(text string) (Number, error) {
	if text != "" && text[0] == '+' {
		return ParseDigits(text[1:])
	}
	return ParseDigits(text)
}

// ParseDigits reads a number without '+'. It fails as Parse does.
func ParseDigits(text string) (Number, error) {
	if len(text) < minDigits || len(text) > maxDigits || text[0] == '0' {
		return Number{}, malformed()
	}
	var digits uint64
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return Number{}, malformed()
		}
		digits = digits*10 + uint64(text[i]-'0')
	}
	return Number{veiled: digits ^ veil}, nil
}

// FromUint64 gives the number whose digits are those of n, as [Number.Uint64] gave them. It fails
// as Parse does.
func FromUint64(n uint64) (Number, error) { return ParseDigits(strconv.FormatUint(n, 10)) }

func malformed() error { return fault.Wrap(fault.InvalidField, ErrMalformed) }

// IsZero tells whether n is no number.
func (n Number) IsZero() bool { return n.veiled == 0 }

// E164 reveals the number with its '+', or "" when it is none.
func (n Number) E164() string {
	if n.IsZero() {
		return ""
	}
	return "+" + n.Digits()
}

// Digits reveals the number without '+', or "" when it is none.
func (n Number) Digits() string {
	if n.IsZero() {
		return ""
	}
	return strconv.FormatUint(n.Uint64(), 10)
}

// Uint64 reveals the number as an integer below 10^15, which fits 50 bits, or 0 when it is none.
func (n Number) Uint64() uint64 {
	if n.IsZero() {
		return 0
	}
	return n.veiled ^ veil
}

// IsSandbox tells whether n lies under +990, a calling code that the ITU has not assigned: such
// numbers are nobody's and serve for tests.
func (n Number) IsSandbox() bool {
	digits := n.Digits()
	return len(digits) > 3 && digits[:3] == "990"
}
