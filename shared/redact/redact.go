// Package redact keeps secrets and personal data out of what is printed.
package redact

import (
	"fmt"
	"log/slog"
)

// Text is what stands in place of what is hidden.
const Text = "[redacted]"

// Print is embedded in a struct to make it print and log as Text, whatever it holds. Encoders still
// reveal it, for what is sealed or stored.
type Print struct{}

// Format writes Text for every verb.
func (Print) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(Text)) }

// LogValue returns Text.
func (Print) LogValue() slog.Value { return slog.StringValue(Text) }

// Value is embedded in a struct to make it print, log and encode as Text.
type Value struct{ Print }

// MarshalText returns Text, so that no encoder reveals the struct.
func (Value) MarshalText() ([]byte, error) { return []byte(Text), nil }
