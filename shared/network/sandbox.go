package network

import "lineproof/shared/phone"

// Outcome is what silent verification of a test number comes to.
type Outcome string

// The outcomes of test numbers.
const (
	// Verified is a subscriber whom the network authenticated.
	Verified Outcome = "verified"
	// NotNetwork is a subscriber whom neither network nor SIM authenticated: verify refuses the
	// token.
	NotNetwork Outcome = "not_network"
	// NoNumber is a connection that the network authenticated and whose number it does not know.
	NoNumber Outcome = "no_number"
	// Unresolved is a connection that nobody knows: there is no token.
	Unresolved Outcome = "unresolved"
)

// The last two digits of a test number choose the silent outcome, and no other digit does, so other
// products can read theirs from the digits before. Pairs that are not here, 01 among them, give
// Verified.
const (
	pair           = 100
	notNetworkPair = 2
	noNumberPair   = 3
	unresolvedPair = 4
)

// TestNumber is a test number with what comes of it.
type TestNumber struct {
	// Number lies under +990.
	Number phone.Number
	// Outcome is its silent outcome.
	Outcome Outcome
}

// testBase is a test number whose last two digits are 00.
const testBase = 990123450000

// TestNumbers gives one test number for each silent outcome, the one of Verified first.
func TestNumbers() []TestNumber {
	var all []TestNumber
	for _, digits := range []uint64{1, notNetworkPair, noNumberPair, unresolvedPair} {
		number, _ := phone.FromUint64(testBase + digits) // 12 digits are always a number
		all = append(all, TestNumber{number, SilentOutcome(number)})
	}
	return all
}

// SilentOutcome gives the outcome that a test number's last two digits choose.
func SilentOutcome(n phone.Number) Outcome {
	switch n.Uint64() % pair {
	case notNetworkPair:
		return NotNetwork
	case noNumberPair:
		return NoNumber
	case unresolvedPair:
		return Unresolved
	default:
		return Verified
	}
}

// Sandbox gives the subscriber of a test number as its outcome has it, or ErrUnresolved. A number
// that is not a test number (see [phone.Number.IsSandbox]) is always ErrUnresolved: nobody becomes
// a real number's subscriber by naming it.
func Sandbox(n phone.Number) (Subscriber, error) {
	if !n.IsSandbox() {
		return Subscriber{}, ErrUnresolved
	}
	switch SilentOutcome(n) {
	case NotNetwork:
		return Subscriber{Number: n}, nil
	case NoNumber:
		return Subscriber{AMR: NetworkBased}, nil
	case Unresolved:
		return Subscriber{}, ErrUnresolved
	default:
		return Subscriber{Number: n, AMR: NetworkBased}, nil
	}
}
