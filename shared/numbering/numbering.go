// Package numbering owns what a written phone number means: which E.164 number it is, in which country, and on what kind of
// line. It is the only importer of libphonenumber's metadata, whose size only functions that read such numbers should bear.
package numbering

import (
	"strings"

	"github.com/nyaruka/phonenumbers"

	"lineproof/shared/fault"
	"lineproof/shared/phone"
	"lineproof/shared/pin"
)

// Parse reads a number: international, with '+', '00' or neither, or national when a country (ISO 3166
// alpha-2) says where. Punctuation and what shows nothing do not count, and digits may be of any script
// (see clean). A number is refused only when it cannot exist, not when nobody has it yet. It fails with a
// fault.InvalidParam that names number or country.
func Parse(text, country string) (pin.Line, error) {
	region := strings.ToUpper(country)
	if region != "" && phonenumbers.GetCountryCodeForRegion(region) == 0 {
		return pin.Line{}, fault.In(fault.InvalidParam, "country")
	}
	written, ok := clean(text)
	if !ok {
		return pin.Line{}, invalid()
	}
	line, ok := readIn(written, region)
	if !ok {
		return pin.Line{}, invalid()
	}
	return line, nil
}

func invalid() error { return fault.In(fault.InvalidParam, "number") }

// readIn reads digits that may begin with '+'. With '+' or "00", or without a country, they are an
// international number. With a country they are one when that is a valid number of this country; else
// they are national; and what is too long for that may be another country's.
func readIn(written, region string) (pin.Line, bool) {
	digits, international := strings.CutPrefix(written, "00")
	switch {
	case written[0] == '+':
		return read(written, "")
	case international:
		return read("+"+digits, "")
	case region == "" || belongs(written, region):
		return read("+"+written, "")
	}
	if line, ok := read(written, region); ok {
		return line, true
	}
	if lacksAreaCode(written, region) {
		return pin.Line{}, false
	}
	return read("+"+written, "")
}

// belongs tells whether the digits are a valid international number under the region's calling code.
func belongs(digits, region string) bool {
	n, err := phonenumbers.Parse("+"+digits, "")
	return err == nil && int(n.GetCountryCode()) == phonenumbers.GetCountryCodeForRegion(region) &&
		phonenumbers.IsValidNumber(n)
}

// lacksAreaCode tells whether the digits can be dialled within an area of the region alone.
func lacksAreaCode(digits, region string) bool {
	n, err := phonenumbers.Parse(digits, region)
	return err == nil &&
		phonenumbers.IsPossibleNumberWithReason(n) == phonenumbers.IS_POSSIBLE_LOCAL_ONLY
}

// rounds is how often the reading of a number may change when it is read again.
const rounds = 4

// read reads one meaning of a number until it reads as itself, so that every way to write a number gives the same one: within
// numbers that nobody has, something may look like a national prefix once the country is known.
func read(text, region string) (pin.Line, bool) {
	if n, err := phone.ParseOptionalPlus(text); err == nil && n.IsSandbox() {
		return pin.SandboxLine(n), true
	}
	for range rounds {
		parsed, err := phonenumbers.Parse(current(text), region)
		if err != nil || phonenumbers.IsPossibleNumberWithReason(parsed) != phonenumbers.IS_POSSIBLE {
			return pin.Line{}, false
		}
		e164 := phonenumbers.Format(parsed, phonenumbers.E164)
		if e164 != text {
			text, region = e164, ""
			continue
		}
		n, err := phone.Parse(e164)
		return pin.Line{Number: n, Country: country(parsed), Type: types[phonenumbers.GetNumberType(parsed)]}, err == nil
	}
	return pin.Line{}, false
}

// current writes a number as its plan has it today. Mexico dropped the 1 before mobile numbers in 2019;
// address books and senders still have it, and libphonenumber no longer reads it.
func current(text string) string {
	const mexicanMobile, digits = "+521", 10
	if rest, old := strings.CutPrefix(text, mexicanMobile); old && len(rest) == digits {
		return "+52" + rest
	}
	return text
}

// types are libphonenumber's as ours.
var types = map[phonenumbers.PhoneNumberType]pin.LineType{
	phonenumbers.MOBILE: pin.Mobile, phonenumbers.FIXED_LINE: pin.Landline,
	phonenumbers.FIXED_LINE_OR_MOBILE: pin.MobileOrLandline, phonenumbers.TOLL_FREE: pin.TollFree,
	phonenumbers.VOIP: pin.VoIP, phonenumbers.PREMIUM_RATE: pin.Premium,
	phonenumbers.SHARED_COST: pin.SharedCost, phonenumbers.PERSONAL_NUMBER: pin.Personal,
	phonenumbers.UAN: pin.UAN, phonenumbers.PAGER: pin.Pager, phonenumbers.VOICEMAIL: pin.Voicemail,
}

// country gives the number's country; for one that nobody has, the main country of its calling code.
func country(n *phonenumbers.PhoneNumber) string {
	region := phonenumbers.GetRegionCodeForNumber(n)
	if region == "" || region == "ZZ" {
		region = phonenumbers.GetRegionCodeForCountryCode(int(n.GetCountryCode()))
	}
	if len(region) != 2 || region == "ZZ" { // 001 stands for numbers of no country
		return ""
	}
	return region
}
