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

// longest is the most characters that a number with its punctuation may take.
const longest = 64

// Parse reads a number: international, with '+', '00' or neither, or national when a country (ISO 3166 alpha-2) says
// where. Punctuation does not count. A number is refused only when it cannot exist, not when nobody has it yet. It fails
// with a fault.InvalidParam that names number or country.
func Parse(text, country string) (pin.Line, error) {
	region := strings.ToUpper(country)
	if region != "" && phonenumbers.GetCountryCodeForRegion(region) == 0 {
		return pin.Line{}, fault.In(fault.InvalidParam, "country")
	}
	if len(text) > longest || !plain(text) {
		return pin.Line{}, invalid()
	}
	for _, reading := range readings(text, region) {
		if line, ok := read(reading, region); ok {
			return line, nil
		}
	}
	return pin.Line{}, invalid()
}

func invalid() error { return fault.In(fault.InvalidParam, "number") }

// plain tells whether the text holds nothing but digits and punctuation; libphonenumber also reads letters as keys.
func plain(text string) bool {
	return strings.Trim(text, "+0123456789 -.()/\u00a0\t") == "" && strings.ContainsAny(text, "0123456789")
}

// readings gives what the text may mean, the likeliest first. Without a country it is international. With one, a number without
// '+' is national, or else international.
func readings(text, region string) []string {
	trimmed := strings.TrimLeft(text, " \t\u00a0")
	digits, international := strings.CutPrefix(trimmed, "00")
	switch {
	case strings.HasPrefix(trimmed, "+"):
		return []string{trimmed}
	case international:
		return []string{"+" + digits}
	case region == "":
		return []string{"+" + trimmed}
	default:
		return []string{trimmed, "+" + trimmed}
	}
}

// rounds is how often the reading of a number may change when it is read again.
const rounds = 4

// read reads one meaning of a number until it reads as itself, so that every way to write a number gives the same one: within
// numbers that nobody has, something may look like a national prefix once the country is known.
func read(text, region string) (pin.Line, bool) {
	if n, ok := sandbox(text); ok {
		return pin.Line{Number: n}, true
	}
	for range rounds {
		parsed, err := phonenumbers.Parse(text, region)
		if err != nil || phonenumbers.IsPossibleNumberWithReason(parsed) != phonenumbers.IS_POSSIBLE {
			return pin.Line{}, false
		}
		e164 := phonenumbers.Format(parsed, phonenumbers.E164)
		if e164 != text {
			text, region = e164, ""
			continue
		}
		n, err := phone.Parse(e164)
		kind := phonenumbers.GetNumberType(parsed)
		return pin.Line{
			Number: n, Country: country(parsed), Mobile: kind == phonenumbers.MOBILE, Landline: kind == phonenumbers.FIXED_LINE,
		}, err == nil
	}
	return pin.Line{}, false
}

// sandbox reads a test number, which libphonenumber does not know.
func sandbox(text string) (phone.Number, bool) {
	digits := strings.Map(func(r rune) rune {
		if r == '+' || '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, text)
	n, err := phone.Parse(digits)
	return n, err == nil && n.IsSandbox()
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
