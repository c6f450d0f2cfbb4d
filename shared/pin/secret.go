package pin

import (
	"fmt"
	"log/slog"

	"lineproof/shared/fault"
)

// The lengths of a code that check takes.
const (
	minCode = 4
	maxCode = 6
)

const redacted = "[PIN]"

// PIN is a code, sent or tried. It prints, logs and marshals as redacted.
type PIN struct{ digits string }

// ParsePIN reads a code that someone entered. It fails with fault.InvalidCode when there is anything but digits in
// it and with fault.InvalidParam when no PIN is that long.
func ParsePIN(code string) (PIN, error) {
	for i := range len(code) {
		if code[i] < '0' || code[i] > '9' {
			return PIN{}, fault.In(fault.InvalidCode, "code")
		}
	}
	if len(code) < minCode || len(code) > maxCode {
		return PIN{}, fault.In(fault.InvalidParam, "code")
	}
	return PIN{code}, nil
}

// Reveal gives the digits, for the message that carries them.
func (p PIN) Reveal() string { return p.digits }

// String gives a fixed text.
func (PIN) String() string { return redacted }

// Format writes a fixed text for every verb.
func (PIN) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue gives a fixed text.
func (PIN) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText gives a fixed text.
func (PIN) MarshalText() ([]byte, error) { return []byte(redacted), nil }
