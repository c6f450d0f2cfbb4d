// Package account owns the accounts of the Verify API: their keys and secrets, how a call proves
// that it is theirs, and the terms under which they verify numbers.
//
// A record changes seldom and is kept by whoever reads it (see [Cached]); what changes with every
// verification, an account's budget and its meters, stands in a record of its own that
// verifications move (see [Ledger]). Secrets are stored as keyed hashes. A signature secret must be
// known to check a signature, so it is sealed.
package account

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"

	"lineproof/shared/fault"
)

// Key is an api_key: the number that its 8 hexadecimal digits write. 0 is nobody's.
type Key uint32

// keyDigits is the length of an api_key.
const keyDigits = 8

// ParseKey reads an api_key, in either case. Anything else gives 0, which is looked up like any
// other.
func ParseKey(text string) Key {
	var b [keyDigits / 2]byte
	if len(text) != keyDigits {
		return 0
	}
	if _, err := hex.Decode(b[:], []byte(text)); err != nil {
		return 0
	}
	return Key(uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3]))
}

// String gives the api_key as it is written.
func (k Key) String() string { return fmt.Sprintf("%08x", uint32(k)) }

// Account is one customer's.
type Account struct {
	// Key is its api_key.
	Key Key
	// Secrets are the keyed hashes of its secrets: one, or two while the old one is being replaced.
	Secrets []Hash
	// Signature is its signature secret, sealed, and Method how it signs; without them it cannot
	// sign requests.
	Signature []byte
	Method    Method
	// Barred refuses its verification requests.
	Barred bool
	// Demo lets it verify only the numbers of which DemoNumbers has the keyed hash.
	Demo        bool
	DemoNumbers []Hash
	// StatusURL is the https address that its verifications by the Verify API (v1) are reported to;
	// empty when nobody wants to hear.
	StatusURL string
	// Terms are its caps and prices.
	Terms Terms
	// Revision is how often it has been written: 0 before the first time, and in what was written
	// before anybody counted.
	Revision int64 `json:"-"`
}

// After returns the account as it is written in place of what stands under its key, the zero
// Account where nothing does. It fails with a fault.Changed when another revision stands than the
// one that was read. A repetition of the very write that made what stands is no change.
func (a Account) After(stands Account) (Account, error) {
	read := a.Revision
	a.Revision++
	if stands.Revision != read && !reflect.DeepEqual(stands, a) {
		return Account{}, fault.New(fault.Changed)
	}
	return a, nil
}

// Hash is a keyed hash, and the version of the key that it was made with.
type Hash struct {
	Version uint32
	Sum     []byte
}

// Terms is what an account may do and what it pays.
type Terms struct {
	// PerSecond is how many verification requests pass in a second; 0 is any number, here and in
	// all other caps. A cap of a day is one of any 24 hours, wherever they begin (see
	// verification.Limit).
	PerSecond int
	// PerDay, PerNumber, PerNetwork and PerAddress cap the verification requests of a day: of the
	// account, for one number, for one network (the number without its last four digits) and of one
	// end user (of IPv6 its /64).
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
	// Price is what a success costs, SMSPrice and VoicePrice what a message does, in millionths of
	// a euro.
	Price, SMSPrice, VoicePrice int64
	// Prepaid reserves the price from the account's budget, and refuses when it is spent.
	Prepaid bool
	// Conversion is the percentage of verifications that must succeed in a network, or it is
	// blocked; judged from Sample failures on. 0 never blocks.
	Conversion, Sample int
	// Strict holds to NIST SP 800-63B-4 §3.1.3: PINs of 6 digits that live for at most 600 s.
	Strict bool
	// Countries are those that the account may send to (ISO 3166 alpha-2, ZZ for test numbers).
	// Others are refused.
	Countries []string
	// LineTypes are those of verification.Costly that the account may send to all the same.
	LineTypes []string
	// Domain and AppHash are the lines for programs that its SMS carry; empty for none.
	Domain, AppHash string
	// PlainBrand refuses a brand or payee that a phone may show as a link.
	PlainBrand bool
	// Templates lets it keep message templates of its own.
	Templates bool
	// NoFraudCheck lets it send single requests through the block of a network.
	NoFraudCheck bool
	// Brand is the name that its messages carry of requests that bring none; empty refuses those.
	Brand string
	// Codeless lets a silent step whose caller polls count by the line of its device alone (see
	// verification.Means).
	Codeless bool
}

// The prices of standard terms, in millionths of a euro.
const (
	standardPrice      = 100_000
	standardSMSPrice   = 33_300
	standardVoicePrice = 33_300
)

// StandardTerms returns the terms of a new account that may send to the countries. They are those
// of the Verify API (compat): 30 requests a second, PINs of 4 digits that live for up to an hour if
// a request wants so. NIST SP 800-63B-4 asks for more; see StrictTerms. docs/limits.md tells the
// reason of each cap.
func StandardTerms(countries ...string) Terms {
	return Terms{
		PerSecond:            30,
		PerDay:               100_000,
		PerNumber:            500,
		PerNetwork:           500,
		PerAddress:           200,
		NumberRequests:       5,
		NumberMessages:       10,
		NumberMessagesPerDay: 20,
		NumberPause:          60,
		NumberFailures:       20,
		SpendPerDay:          10_000_000_000,
		MessageCostPerDay:    500_000_000,
		NetworkCostPerDay:    30_000_000,
		Price:                standardPrice,
		SMSPrice:             standardSMSPrice,
		VoicePrice:           standardVoicePrice,
		Prepaid:              true,
		Conversion:           10,
		Sample:               200,
		Countries:            countries,
		PlainBrand:           true,
	}
}

// StrictTerms returns those of an account that holds to NIST SP 800-63B-4: 6 digits, 600 s, and at
// most 10 wrong codes a day for a number.
func StrictTerms(countries ...string) Terms {
	t := StandardTerms(countries...)
	t.Strict, t.PerNumber, t.NumberFailures = true, 20, 10
	return t
}

// UnlimitedTerms gives those of an account without rate, budget or cap, for tests.
func UnlimitedTerms(countries ...string) Terms {
	return Terms{
		Price:      standardPrice,
		SMSPrice:   standardSMSPrice,
		VoicePrice: standardVoicePrice,
		Countries:  countries,
	}
}

// ErrNotFound says that no such account exists.
var ErrNotFound = errors.New("account: not found")

// Accounts looks up accounts.
type Accounts interface {
	// Account gives the account of the key, or ErrNotFound. It fails with a fault.Unavailable when
	// the store is away.
	Account(ctx context.Context, k Key) (Account, error)
}

// Registry changes accounts.
type Registry interface {
	// PutAccount writes an account in place of the revision that was read, or fails with a
	// fault.Changed (see [Account.After]).
	PutAccount(ctx context.Context, a Account) error
	// TopUp adds an amount, in millionths of a euro, to the free budget. The same payment, by its
	// name, counts once.
	TopUp(ctx context.Context, k Key, amount int64, payment string) error
	// Ledger gives the account's ledger; the zero Ledger when nothing has moved yet.
	Ledger(ctx context.Context, k Key) (Ledger, error)
}

// Ledger is the money of an account, in millionths of a euro. The sum of the three changes only
// when it is topped up.
type Ledger struct {
	// Free is what it may still spend, Held what is reserved for verifications that are not
	// settled, Charged what it has paid.
	Free, Held, Charged int64
}

// DemoList is whom an account may verify as far as demo mode decides it. The zero DemoList is
// everybody.
type DemoList struct {
	only    bool
	numbers []Hash
	peppers Ring
}

// DemoList returns whom the account may verify. Its numbers are kept as hashes under the peppers.
func (a Account) DemoList(peppers Ring) DemoList { return DemoList{a.Demo, a.DemoNumbers, peppers} }

// Allows tells whether a number, given as its digits, is on the list.
func (l DemoList) Allows(digits string) bool {
	return !l.only || matches(l.peppers, l.numbers, "number", digits)
}

// unknown stands in for an account that does not exist, so that its secret is compared like any
// other.
func unknown(k Key) Account { return Account{Key: k} }

// refused is what everyone hears whose credentials are wrong, whatever is wrong with them.
func refused() error { return fault.New(fault.InvalidCredentials) }
