package pin

import (
	"slices"
	"strings"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/phone"
)

// Terms is what an account may do and what it pays. Its fields equal those of account.Terms, which converts to it.
type Terms struct {
	// PerSecond is how many verification requests pass in a second; 0 is any number, here and in all other caps.
	PerSecond int
	// PerDay, PerNumber, PerNetwork and PerAddress cap the verification requests of a day: of the account, for one number,
	// for one network (the number without its last four digits) and from one client address.
	PerDay, PerNumber, PerNetwork, PerAddress int
	// NumberFailures caps the wrong codes of a day for one number, over all its verifications.
	NumberFailures int
	// SpendPerDay caps what a day's verifications may cost, in millionths of a euro.
	SpendPerDay int64
	// Price is what a success costs, SMSPrice and VoicePrice what a message does, in millionths of a euro.
	Price, SMSPrice, VoicePrice int64
	// Prepaid reserves the price from the account's budget, and refuses when it is spent.
	Prepaid bool
	// Conversion is the percentage of verifications that must succeed in a network, or it is blocked; judged from Sample
	// failures on. 0 never blocks.
	Conversion, Sample int
	// Strict holds to NIST SP 800-63B-4 §3.1.3: PINs of 6 digits that live for at most 600 s.
	Strict bool
	// Countries are those that the account may send to (ISO 3166 alpha-2, ZZ for test numbers). Others are refused.
	Countries []string
	// LineTypes are those of Costly that the account may send to all the same.
	LineTypes []string
	// Domain and AppHash are the lines for programs that its SMS carry; empty for none.
	Domain, AppHash string
}

// Caller is the account that makes a call.
type Caller struct {
	// Account is its api_key as a number.
	Account uint32
	// Barred refuses its requests.
	Barred bool
	// Terms are its own.
	Terms Terms
	// Permit tells whether it may verify the number; nil permits all. It is the list of a demo account.
	Permit func(phone.Number) bool
}

// networkSuffix is how many digits of a number do not belong to its network.
const networkSuffix = 4

// NetworkOf gives the network of a number, as caps and blocks know it: its digits but the last four.
func NetworkOf(n phone.Number) string {
	digits := n.Digits()
	return digits[:max(0, len(digits)-networkSuffix)]
}

const day = 24 * time.Hour

func (t Terms) rate() Meter   { return Meter{t.PerSecond, time.Second, fault.TooManyRequests} }
func (t Terms) daily() Meter  { return Meter{t.PerDay, day, fault.TooManyRequests} }
func (t Terms) number() Meter { return Meter{t.PerNumber, day, fault.TooManyRequests} }

func (t Terms) network() Meter { return Meter{t.PerNetwork, day, fault.TooManyRequests} }
func (t Terms) address() Meter { return Meter{t.PerAddress, day, fault.TooManyRequests} }

// spend is the spend cap in verifications. A cap below the price is refused before (see Requester.admit).
func (t Terms) spend() Meter {
	if t.SpendPerDay <= 0 || t.Price <= 0 {
		return Meter{Kind: fault.QuotaExceeded}
	}
	return Meter{int(t.SpendPerDay / t.Price), day, fault.QuotaExceeded}
}

// allows tells whether the account may send to the country.
func (t Terms) allows(country string) bool {
	return slices.ContainsFunc(t.Countries, func(c string) bool { return strings.EqualFold(c, country) })
}
