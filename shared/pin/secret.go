package pin

import (
	"fmt"
	"log/slog"
)

const redacted = "[PIN]"

// PIN is a code, sent or tried. It prints, logs and marshals as redacted.
type PIN struct{ digits string }

// NewPIN returns what someone entered as a code, be it one or not.
func NewPIN(code string) PIN { return PIN{code} }

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
