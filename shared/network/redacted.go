package network

import (
	"fmt"
	"log/slog"
)

// redacted, embedded in a struct, makes it print, log and encode as "[redacted]", whatever it holds.
type redacted struct{}

const redactedText = "[redacted]"

// Format writes "[redacted]" for every verb.
func (redacted) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redactedText)) }

// LogValue gives "[redacted]".
func (redacted) LogValue() slog.Value { return slog.StringValue(redactedText) }

// MarshalText gives "[redacted]", so that no encoder reveals the struct.
func (redacted) MarshalText() ([]byte, error) { return []byte(redactedText), nil }
