package numbering

import (
	"maps"
	"slices"

	"github.com/nyaruka/phonenumbers"

	"lineproof/shared/message"
	"lineproof/shared/phone"
	"lineproof/shared/pin"
)

// Reader reads the parameters of verification requests: numbers as Parse does, and locales as message knows them.
func Reader() pin.Reader { return pin.Reader{Line: Parse, Locale: readLocale} }

// Countries gives every country that has numbers (ISO 3166 alpha-2), sorted.
func Countries() []string { return slices.Sorted(maps.Keys(phonenumbers.GetSupportedRegions())) }

func readLocale(lg string, n phone.Number, payment bool) (string, bool) {
	product := message.Verify
	if payment {
		product = message.PSD2
	}
	if lg == "" {
		return string(product.LocaleOf(n.Digits())), true
	}
	locale, known := product.Known(lg)
	return string(locale), known
}
