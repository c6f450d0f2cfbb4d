// Package redact keeps secrets and personal data out of what is printed. Its types are embedded in
// structs, whose other fields then show nowhere.
package redact

import (
	"fmt"
	"log/slog"
)

// Text is what stands in place of what is hidden, unless a type has a label of its own.
const Text = "[redacted]"

// Label says what stands in place of what is hidden. It is asked of the zero value.
type Label interface{ Label() string }

// Print makes a struct print and log as Text, whatever it holds. Encoders still reveal it, for what
// is sealed or stored.
type Print = PrintAs[text]

// Value makes a struct print, log and encode as Text.
type Value = ValueAs[text]

type text struct{}

// Label returns Text.
func (text) Label() string { return Text }

// PrintAs is Print with a label.
type PrintAs[L Label] struct{}

// String returns the label.
func (PrintAs[L]) String() string {
	var l L
	return l.Label()
}

// Format writes the label for every verb.
func (p PrintAs[L]) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(p.String())) }

// LogValue returns the label.
func (p PrintAs[L]) LogValue() slog.Value { return slog.StringValue(p.String()) }

// ValueAs is Value with a label.
type ValueAs[L Label] struct{ PrintAs[L] }

// MarshalText returns the label, so that no encoder reveals the struct.
func (v ValueAs[L]) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// Named makes a struct print, log and encode as its ID, which is no secret, in the place of the %s
// in the label.
type Named[L Label] struct {
	// ID names the struct.
	ID string
}

// String returns the label with the ID.
func (n Named[L]) String() string { return fmt.Sprintf(PrintAs[L]{}.String(), n.ID) }

// Format writes the label with the ID for every verb.
func (n Named[L]) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(n.String())) }

// LogValue returns the label with the ID.
func (n Named[L]) LogValue() slog.Value { return slog.StringValue(n.String()) }

// MarshalText returns the label with the ID, so that no encoder reveals the struct.
func (n Named[L]) MarshalText() ([]byte, error) { return []byte(n.String()), nil }
