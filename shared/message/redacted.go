package message

import (
	"fmt"
	"io"
	"log/slog"
)

const mask = "[message redacted]"

// redacted, embedded, hides a value from every way in which logs and errors
// print it: the verbs of fmt, log/slog, and the text and JSON encoders.
type redacted struct{}

// String gives a fixed text.
func (redacted) String() string { return mask }

// Format writes the fixed text whatever the verb.
func (redacted) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, mask) }

// LogValue gives the fixed text.
func (redacted) LogValue() slog.Value { return slog.StringValue(mask) }

// MarshalText gives the fixed text.
func (redacted) MarshalText() ([]byte, error) { return []byte(mask), nil }
