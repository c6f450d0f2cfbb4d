package storetest

import (
	"time"

	"lineproof/shared/phone"
	"lineproof/shared/pin"
)

// Plan returns a text message and two calls, of which the second carries a new PIN.
func Plan() pin.Plan {
	return pin.Plan{
		Steps: []pin.Step{
			{Channel: pin.SMS, Wait: 125 * time.Second},
			{Channel: pin.Voice, Wait: 180 * time.Second},
			{Channel: pin.Voice},
		},
		Expiry: 5 * time.Minute,
	}
}

// Order returns an order for a mobile number of a country, of which the other tests need know no more.
func Order(n phone.Number, country string) pin.Order {
	return pin.Order{
		Line:  pin.Line{Number: n, Country: country, Type: pin.Mobile},
		Brand: "Acme", Sender: "VERIFY", Locale: "en-gb", Digits: 4, Plan: Plan(),
	}
}
