package verification

import (
	"slices"

	"lineproof/shared/phone"
)

// Line is a telephone line.
type Line struct {
	// Number is in E.164.
	Number phone.Number
	// Country is its ISO 3166 alpha-2 code; ZZ for test numbers; empty for numbers of no country.
	Country string
	// Type is what its number plan says of it; empty when that cannot be told.
	Type LineType
}

// LineType is the kind of line that a number leads to, as number plans tell it.
type LineType string

// The types.
const (
	Mobile   LineType = "mobile"
	Landline LineType = "landline"
	// MobileOrLandline is either: number plans as North America's keep no ranges apart.
	MobileOrLandline LineType = "mobile_or_landline"
	TollFree         LineType = "toll_free"
	VoIP             LineType = "voip"
	Premium          LineType = "premium_rate"
	SharedCost       LineType = "shared_cost"
	// Personal numbers follow a person, at a price that is their operator's.
	Personal LineType = "personal"
	// UAN is a company's number (universal access number).
	UAN       LineType = "uan"
	Pager     LineType = "pager"
	Voicemail LineType = "voicemail"
)

// Costly are the types that earn money for whoever owns the number, or have nobody at their end:
// an account sends to them only when its terms list them.
var Costly = []LineType{Premium, SharedCost, Personal, UAN, Pager, Voicemail}

// is tells whether a line may be what an order asks for; "" asks for nothing. What may be either is
// turned away from neither, and so is what no plan tells of yet: ours is months behind new ranges.
func (t LineType) is(required LineType) bool {
	return required == "" || t == "" || t == required || t == MobileOrLandline
}

// reaches tells whether the account may send to lines of the type.
func (t terms) reaches(line LineType) bool {
	return !slices.Contains(Costly, line) || slices.Contains(t.LineTypes, string(line))
}
