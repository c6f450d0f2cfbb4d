package verification

import "lineproof/shared/redact"

// PIN is a code, sent or tried. It prints, logs and marshals as redacted.
type PIN struct {
	redact.ValueAs[label]

	digits string
}

type label struct{}

// Label returns what stands for every PIN.
func (label) Label() string { return "[PIN]" }

// NewPIN returns what someone entered as a code, be it one or not.
func NewPIN(code string) PIN { return PIN{digits: code} }

// Reveal gives the digits, for the message that carries them.
func (p PIN) Reveal() string { return p.digits }
