package host

import (
	"strings"
)

// kebab gives the name of a function or secret as the code has it: PinCheckFunction is pin-check,
// PinsSecret is pins.
func kebab(logical string) string {
	var name strings.Builder
	for i, c := range strings.TrimSuffix(strings.TrimSuffix(logical, "Function"), "Secret") {
		if c >= 'A' && c <= 'Z' {
			if i > 0 {
				name.WriteByte('-')
			}
			c += 'a' - 'A'
		}
		name.WriteRune(c)
	}
	return name.String()
}
