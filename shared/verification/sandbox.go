package verification

import (
	"maps"
	"slices"

	"lineproof/shared/fault"
	"lineproof/shared/phone"
)

// The digits before the last two of a test number (+990…) choose what PIN verification of it comes
// to; the last two are silent verification's, so one number serves both. Pairs that are not in the
// table deliver.
//
//	Digits  Example         Outcome
//	00      +990123450001   delivered, by SMS and by voice
//	11      +990123451101   SMS and voice are refused by the provider: no event reaches anyone, the verification expires
//	12      +990123451201   the provider throttles once, takes the message at the second try
//	13      +990123451301   the provider's answer is lost: the event stays unknown and is not sent again
//	14      +990123451401   SMS is refused, voice is delivered
//	15      +990123451501   the provider throttles at every try: the event is given up, the next comes on time
//	21      +990123452101   cannot be routed
//	22      +990123452201   the number is on the deny list
//	23      +990123452301   the number's network is blocked
//	24      +990123452401   the destination is not in a supported network
//	25      +990123452501   a landline: refused where a mobile is required; delivered by voice, SMS is refused
//
// Their type is mobile but for the landline, and their country is [SandboxCountry].
const (
	Delivered        Scenario = "delivered"
	RefusedAlways    Scenario = "refused"
	ThrottledOnce    Scenario = "throttled_once"
	AnswerLost       Scenario = "answer_lost"
	RefusedSMS       Scenario = "sms_refused"
	ThrottledAlways  Scenario = "throttled"
	UnroutableNumber Scenario = "unroutable"
	DeniedNumber     Scenario = "denied"
	BlockedNetwork   Scenario = "network_blocked"
	UnsupportedLine  Scenario = "unsupported_network"
	LandlineNumber   Scenario = "landline"
)

// Scenario is what PIN verification of a test number comes to.
type Scenario string

// SandboxCountry stands for the country of test numbers (user-assigned in ISO 3166).
const SandboxCountry = "ZZ"

var scenarios = map[uint64]Scenario{
	0:  Delivered,
	11: RefusedAlways,
	12: ThrottledOnce,
	13: AnswerLost,
	14: RefusedSMS,
	15: ThrottledAlways,
	21: UnroutableNumber,
	22: DeniedNumber,
	23: BlockedNetwork,
	24: UnsupportedLine,
	25: LandlineNumber,
}

// ScenarioOf gives the scenario of a test number.
func ScenarioOf(n phone.Number) Scenario {
	if s, known := scenarios[n.Uint64()/100%100]; known && n.IsSandbox() {
		return s
	}
	return Delivered
}

// SandboxLine gives the line of a test number.
func SandboxLine(n phone.Number) Line {
	if ScenarioOf(n) == LandlineNumber {
		return Line{Number: n, Country: SandboxCountry, Type: Landline}
	}
	return Line{Number: n, Country: SandboxCountry, Type: Mobile}
}

// TestNumber is a test number with what comes of it.
type TestNumber struct {
	// Number lies under +990.
	Number phone.Number
	// Scenario is its outcome.
	Scenario Scenario
}

// TestNumbers gives one test number for each scenario; silent verification of each succeeds.
func TestNumbers() []TestNumber {
	const base = 990123450001
	var all []TestNumber
	for _, digits := range slices.Sorted(maps.Keys(scenarios)) {
		n, _ := phone.FromUint64(base + digits*100) // 12 digits are always a number
		all = append(all, TestNumber{n, ScenarioOf(n)})
	}
	return all
}

// refusal gives the failure of a request for a test number, if that is its scenario.
func refusal(n phone.Number) error {
	switch ScenarioOf(n) {
	case UnroutableNumber:
		return fault.In(fault.Unroutable, "number")
	case DeniedNumber:
		return fault.In(fault.Denied, "number")
	case BlockedNetwork:
		return fault.In(fault.Blocked, "number").WithID(NetworkOf(n))
	case UnsupportedLine:
		return fault.In(fault.UnsupportedNetwork, "number")
	default:
		return nil
	}
}
