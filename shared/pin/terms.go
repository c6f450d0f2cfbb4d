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
	// PerSecond is how many verification requests pass in a second; 0 is any number, here and in
	// all other caps. A cap of a day is one of any 24 hours, wherever they begin (see Meter).
	PerSecond int
	// PerDay, PerNumber, PerNetwork and PerAddress cap the verification requests of a day: of the
	// account, for one number, for one network (the number without its last four digits) and of one
	// end user (client_ip; of IPv6 its /64).
	PerDay, PerNumber, PerNetwork, PerAddress int
	// NumberRequests and NumberMessages cap the verifications of one number and the messages to it
	// in ten minutes, NumberMessagesPerDay those of a day, counted over all accounts that have such
	// a cap.
	NumberRequests, NumberMessages, NumberMessagesPerDay int
	// NumberPause is for how many seconds a number rests after a cancel. After three verifications
	// in a row that wrong codes ended it rests as long, and twice as long after each further one,
	// at most an hour, until one succeeds or a day goes by.
	NumberPause int
	// NumberFailures caps the wrong codes of a day for one number, over all its verifications.
	NumberFailures int
	// SpendPerDay caps what a day's verifications may cost the account, in millionths of a euro.
	SpendPerDay int64
	// MessageCostPerDay and NetworkCostPerDay cap what a day's messages may cost, in millionths of
	// a euro: those of the account, and those to one network.
	MessageCostPerDay, NetworkCostPerDay int64
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
	// PlainBrand refuses a brand or payee that a phone may show as a link.
	PlainBrand bool
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

func (t Terms) rate() Meter { return requests(t.PerSecond, time.Second) }
func (t Terms) line() Meter { return requests(t.NumberRequests, burst) }

func requests(n int, per time.Duration) Meter { return Meter{int64(n), per, fault.TooManyRequests} }

func (t Terms) spend() Meter { return Meter{t.SpendPerDay, day, fault.QuotaExceeded} }

// caps are what the messages are held to.
func (t Terms) caps() Caps {
	return Caps{int64(t.NumberMessages), int64(t.NumberMessagesPerDay), t.NetworkCostPerDay,
		t.MessageCostPerDay}
}

// forTests returns the terms without what test numbers need not obey: nobody is bothered or
// defrauded there, and they cost nothing.
func (t Terms) forTests() Terms {
	t.PerNetwork, t.Conversion, t.NumberRequests, t.NumberMessages, t.NumberMessagesPerDay = 0, 0,
		0, 0, 0
	t.NumberPause, t.MessageCostPerDay, t.NetworkCostPerDay = 0, 0, 0
	return t
}

// allows tells whether the account may send to the country.
func (t Terms) allows(country string) bool {
	return slices.ContainsFunc(t.Countries, func(c string) bool { return strings.EqualFold(c, country) })
}
