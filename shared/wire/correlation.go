package wire

import "strings"

// Correlation is the header by which a caller follows its request through our logs. A valid value
// is echoed in every answer; an invalid one is refused with a fault.InvalidHeader.
type Correlation struct {
	// Header is its name; empty means none.
	Header string
	// Valid tells whether a value may be echoed.
	Valid func(value string) bool
}

// The values that the documents allow.
var (
	// printable holds for documents that publish no pattern: what is safe to echo and to log.
	printable = within(256, func(c byte) bool { return ' ' <= c && c <= '~' })
	// correlator55 is ^[a-zA-Z0-9-]{0,55}$ of CAMARA Commonalities 0.5.
	correlator55 = within(55, func(c byte) bool { return alphanumeric(c) || c == '-' })
	// correlator256 is ^[a-zA-Z0-9-_:;.\/<>{}]{0,256}$ of CAMARA Commonalities 0.6.
	correlator256 = within(
		256,
		func(c byte) bool { return alphanumeric(c) || strings.IndexByte("-_:;./<>{}", c) >= 0 },
	)
)

func within(most int, allowed func(byte) bool) func(string) bool {
	return func(value string) bool {
		for i := range len(value) {
			if !allowed(value[i]) {
				return false
			}
		}
		return len(value) <= most
	}
}

func alphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
