package nexmo

import (
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// The lengths of a code (Verify API: code_length). A check takes any between.
const (
	minCode = 4
	maxCode = 6
)

// ParseCode reads a code that someone entered. It fails with fault.InvalidCode when there is
// anything but digits in it and with fault.InvalidParam when no PIN is that long.
func ParseCode(code string) (verification.PIN, error) {
	for i := range len(code) {
		if code[i] < '0' || code[i] > '9' {
			return verification.PIN{}, fault.In(fault.InvalidCode, "code")
		}
	}
	if len(code) < minCode || len(code) > maxCode {
		return verification.PIN{}, fault.In(fault.InvalidParam, "code")
	}
	return verification.NewPIN(code), nil
}
