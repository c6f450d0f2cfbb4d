// Package numbering owns what a written phone number means: which E.164 number it is, in which
// country, and on what kind of line. The numbering plans of the world are package plan's.
package numbering

import (
	"strings"

	"lineproof/shared/fault"
	"lineproof/shared/numbering/plan"
	"lineproof/shared/phone"
	"lineproof/shared/verification"
)

// Parse reads a number: international, with '+', '00' or neither, or national when a country (ISO
// 3166 alpha-2) says where. Punctuation and what shows nothing do not count, and digits may be of
// any script (see clean). A number is refused only when it cannot exist, not when nobody has it
// yet. It fails with a fault.InvalidParam that names number or country.
func Parse(text, country string) (verification.Line, error) {
	region := plan.Of(strings.ToUpper(country))
	if country != "" && region == nil {
		return verification.Line{}, fault.In(fault.InvalidParam, "country")
	}
	written, ok := clean(text)
	if !ok {
		return verification.Line{}, invalid()
	}
	line, ok := readIn(written, region)
	if !ok {
		return verification.Line{}, invalid()
	}
	return line, nil
}

func invalid() error { return fault.In(fault.InvalidParam, "number") }

// readIn reads digits that may begin with '+'. With '+' or "00", or without a country, they are an
// international number. With a country they are one when that is a valid number of this country;
// else they are national; and what is too long for that may be another country's.
func readIn(written string, region *plan.Region) (verification.Line, bool) {
	digits, international := strings.CutPrefix(written, "00")
	switch {
	case written[0] == '+':
		return read(written, nil)
	case international:
		return read("+"+digits, nil)
	case region == nil || belongs(written, region):
		return read("+"+written, nil)
	}
	if line, ok := read(written, region); ok {
		return line, true
	}
	if lacksAreaCode(written, region) {
		return verification.Line{}, false
	}
	return read("+"+written, nil)
}

// belongs tells whether the digits are a valid international number under the region's calling
// code.
func belongs(digits string, region *plan.Region) bool {
	n, ok := plan.Parse(digits)
	if !ok || n.Code() != region.Code() {
		return false
	}
	_, kind := n.Kind()
	return kind != plan.Unknown
}

// lacksAreaCode tells whether the digits can be dialled within an area of the region alone.
func lacksAreaCode(digits string, region *plan.Region) bool {
	n, ok := region.Parse(digits)
	return ok && n.Length() == plan.LocalOnly
}

// rounds is how often the reading of a number may change when it is read again.
const rounds = 4

// read reads one meaning of a number, international behind '+' or as dialled in the region, until
// it reads as itself, so that every way to write a number gives the same one: within numbers that
// nobody has, something may look like a national prefix once the country is known.
func read(text string, region *plan.Region) (verification.Line, bool) {
	if n, err := phone.ParseOptionalPlus(text); err == nil && n.IsSandbox() {
		return verification.SandboxLine(n), true
	}
	for range rounds {
		parsed, ok := parse(current(text), region)
		if !ok || parsed.Length() != plan.Possible {
			return verification.Line{}, false
		}
		e164 := parsed.E164()
		if e164 != text {
			text, region = e164, nil
			continue
		}
		n, err := phone.Parse(e164)
		owner, kind := parsed.Kind()
		return verification.Line{Number: n, Country: owner.Country(), Type: types[kind]}, err == nil
	}
	return verification.Line{}, false
}

func parse(text string, region *plan.Region) (plan.Number, bool) {
	if digits, international := strings.CutPrefix(text, "+"); international {
		return plan.Parse(digits)
	}
	return region.Parse(text)
}

// current writes a number as its plan has it today. Mexico dropped the 1 before mobile numbers in
// 2019; address books and senders still have it, and the plan no longer does.
func current(text string) string {
	const mexicanMobile, digits = "+521", 10
	if rest, old := strings.CutPrefix(text, mexicanMobile); old && len(rest) == digits {
		return "+52" + rest
	}
	return text
}

// types are the kinds of the plans as ours.
var types = [...]verification.LineType{
	plan.Mobile:            verification.Mobile,
	plan.FixedLine:         verification.Landline,
	plan.FixedLineOrMobile: verification.MobileOrLandline,
	plan.TollFree:          verification.TollFree,
	plan.VoIP:              verification.VoIP,
	plan.PremiumRate:       verification.Premium,
	plan.SharedCost:        verification.SharedCost,
	plan.PersonalNumber:    verification.Personal,
	plan.UAN:               verification.UAN,
	plan.Pager:             verification.Pager,
	plan.Voicemail:         verification.Voicemail,
}

// Country returns the country of a number, an ISO 3166 code; empty for a number that no plan has.
func Country(n phone.Number) string {
	line, err := Parse(n.E164(), "")
	if err != nil {
		return ""
	}
	return line.Country
}
