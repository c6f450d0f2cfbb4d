package storetest

import (
	"time"

	"lineproof/shared/phone"
	"lineproof/shared/verification"
)

// Plan returns a text message and two calls, of which the second carries a new PIN.
func Plan() verification.Plan {
	return verification.Plan{
		Steps: []verification.Step{
			{Channel: verification.SMS, Wait: 125 * time.Second},
			{Channel: verification.Voice, Wait: 180 * time.Second},
			{Channel: verification.Voice},
		},
		Expiry: 5 * time.Minute,
	}
}

// Order returns an order for a mobile number of a country, of which the other tests need know no
// more.
func Order(n phone.Number, country string) verification.Order {
	return verification.Order{
		Line:  verification.Line{Number: n, Country: country, Type: verification.Mobile},
		Brand: "Acme", Sender: "VERIFY", Locale: "en-gb", Digits: 4, Plan: Plan(),
	}
}
