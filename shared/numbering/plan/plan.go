// Package plan owns the numbering plans of the world: which digits are a number, of which country
// and of which kind. It answers as libphonenumber does, of whose metadata it holds what that takes
// in a form that costs nothing until it is asked: a table of regions, and automata that are walked
// digit by digit.
//
//go:generate go run ./generate
package plan

import (
	"strconv"
	"strings"
)

// The digits that a national significant number may have. ITU-T E.164 has at most 15 with the
// calling code; Germany has longer ones.
const (
	shortest = 2
	longest  = 17
)

// Number is a number of a calling code's plan.
type Number struct {
	sharing  []Region // the calling code, the main one first
	national string   // the national significant number
}

// E164 returns the number with '+' and calling code.
func (n Number) E164() string { return "+" + strconv.Itoa(n.Code()) + n.national }

// Code returns the calling code.
func (n Number) Code() int { return n.sharing[0].Code() }

// Length judges how many digits the number has, whatever they are.
func (n Number) Length() Length { return n.sharing[0].length(n.national) }

// Kind returns the region whose number it is and the kind of line. A number that nobody may have is
// of the main region of its calling code, and Unknown.
func (n Number) Kind() (*Region, Kind) {
	for i := range n.sharing {
		r := &n.sharing[i]
		switch {
		case len(n.sharing) == 1, r.leading != nowhere && begins(r.leading, n.national):
			return r, ends(r.kinds, n.national).kind()
		case r.leading == nowhere:
			if kind := ends(r.kinds, n.national).kind(); kind != Unknown {
				return r, kind
			}
		}
	}
	return &n.sharing[0], Unknown
}

// Parse reads the digits of an international number: the calling code, then the number as it is
// dialled within the country or from abroad. It is false for what is too short, too long, or of no
// plan.
func Parse(digits string) (Number, bool) {
	const maxCode = 3
	if len(digits) <= shortest || digits[0] == '0' {
		return Number{}, false
	}
	code := 0
	for i := range min(maxCode, len(digits)) {
		code = 10*code + int(digits[i]-'0')
		if sharing := with(code); len(sharing) > 0 {
			return sharing[0].number(digits[i+1:])
		}
	}
	return Number{}, false
}

// Parse reads digits as they are dialled in the region: a national number, or an international one
// behind what dials abroad, or, where that makes a better number, behind the calling code alone.
func (r *Region) Parse(digits string) (Number, bool) {
	if rest, abroad := r.dialledAbroad(digits); abroad {
		return Parse(rest)
	}
	if rest, ok := r.withoutCode(digits); ok {
		return with(r.Code())[0].number(rest)
	}
	return r.number(digits)
}

// dialledAbroad takes off what dials abroad. No calling code begins with 0.
func (r *Region) dialledAbroad(digits string) (rest string, abroad bool) {
	match := lookingAt(r.abroad, digits)
	if match == nil || strings.HasPrefix(digits[match[1]:], "0") {
		return digits, false
	}
	return digits[match[1]:], true
}

// withoutCode takes off the region's own calling code, if that makes a national number of what was
// none or was too long.
func (r *Region) withoutCode(digits string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(digits, strconv.Itoa(r.Code()))
	if !ok {
		return digits, false
	}
	rest = r.withoutPrefix(rest)
	if !r.matches(digits) && r.matches(rest) || r.length(digits) == TooLong {
		return rest, true
	}
	return digits, false
}

// number reads a national number, with or without its national prefix. The prefix stays where the
// rest has not a length of the plan, for then it was none.
func (r *Region) number(digits string) (Number, bool) {
	national := digits
	switch rest := r.withoutPrefix(digits); r.length(rest) {
	case Possible, TooLong:
		national = rest
	}
	if len(digits) < shortest || len(national) < shortest || len(national) > longest {
		return Number{}, false
	}
	return Number{with(r.Code()), national}, true
}

// withoutPrefix takes off the national prefix, or turns it into what it stands for, unless that
// makes a number of the plan into none.
func (r *Region) withoutPrefix(digits string) string {
	match := lookingAt(r.prefix, digits)
	if match == nil {
		return digits
	}
	rest := digits[match[1]:]
	if r.transform != "" && match[len(match)-2] >= 0 { // the last group took part
		rest = string(compiled(r.prefix).ExpandString(nil, r.transform, digits, match)) + rest
	}
	if r.matches(digits) && !r.matches(rest) {
		return digits
	}
	return rest
}
