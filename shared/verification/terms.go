package verification

import (
	"slices"
	"strings"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/phone"
)

// Caller is the account that makes a call.
type Caller struct {
	// Account is its api_key.
	Account account.Key
	// Barred refuses its requests.
	Barred bool
	// Terms are its own.
	Terms account.Terms
	// Demo is whom it may verify.
	Demo account.DemoList
}

// CallerOf returns the account as a caller of PIN verification. A demo account's numbers are kept
// as hashes under the peppers.
func CallerOf(a account.Account, peppers account.Ring) Caller {
	return Caller{Account: a.Key, Barred: a.Barred, Terms: a.Terms, Demo: a.DemoList(peppers)}
}

// networkSuffix is how many digits of a number do not belong to its network.
const networkSuffix = 4

// NetworkOf gives the network of a number, as caps and blocks know it: its digits but the last
// four.
func NetworkOf(n phone.Number) string {
	digits := n.Digits()
	return digits[:max(0, len(digits)-networkSuffix)]
}

// longestNetwork is how many digits a network can have: fewer than a number.
const longestNetwork = 15

// IsNetwork tells whether a text can name a network: digits.
func IsNetwork(text string) bool {
	digits := strings.TrimLeft(text, "0123456789") == ""
	return digits && text != "" && len(text) <= longestNetwork
}

const day = 24 * time.Hour

// terms are an account's, as the rules ask for them.
type terms account.Terms

func (t terms) rate() Limit   { return requests(t.PerSecond, time.Second) }
func (t terms) number() Limit { return Limit{int64(t.PerNumber), day, fault.NumberCapped} }
func (t terms) line() Limit   { return Limit{int64(t.NumberRequests), burst, fault.NumberCapped} }

func requests(n int, per time.Duration) Limit { return Limit{int64(n), per, fault.TooManyRequests} }

func (t terms) spend() Limit { return Limit{t.SpendPerDay, day, fault.QuotaExceeded} }

// caps are what the messages are held to.
func (t terms) caps() Caps {
	return Caps{int64(t.NumberMessages), int64(t.NumberMessagesPerDay), t.NetworkCostPerDay,
		t.MessageCostPerDay}
}

// forTests returns the terms without what test numbers need not obey: nobody is bothered or
// defrauded there, and they cost nothing.
func (t terms) forTests() terms {
	t.PerNetwork, t.Conversion, t.NumberRequests, t.NumberMessages, t.NumberMessagesPerDay = 0, 0,
		0, 0, 0
	t.NumberPause, t.MessageCostPerDay, t.NetworkCostPerDay = 0, 0, 0
	return t
}

// allows tells whether the account may send to the country.
func (t terms) allows(country string) bool {
	return slices.ContainsFunc(
		t.Countries, func(c string) bool { return strings.EqualFold(c, country) },
	)
}
