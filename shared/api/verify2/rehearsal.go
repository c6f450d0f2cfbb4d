package verify2

import (
	"lineproof/shared/network"
	"lineproof/shared/phone"
	"lineproof/shared/verification"
)

// mismatchPair are the last two digits of a test number whose device has another's line. Number
// verification has no use for them: there the client names the number that it compares.
const mismatchPair = 5

// ownOutcome returns what the silent step of a test number comes to by our table, that of number
// verification and 05 beside it.
func ownOutcome(n phone.Number) verification.Outcome {
	switch {
	case n.Uint64()%100 == mismatchPair:
		return verification.Mismatched
	case network.SilentOutcome(n) == network.Verified:
		return verification.Proved
	default:
		return verification.Unproved
	}
}

// vonageOutcome returns what it comes to with Vonage's virtual operator: 99 at the end fails, else
// an even last digit completes and an odd one is rejected.
func vonageOutcome(digits uint64) verification.Outcome {
	switch {
	case digits%100 == 99:
		return verification.Unproved
	case digits%2 == 0:
		return verification.Proved
	default:
		return verification.Mismatched
	}
}
