package plan

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Region is a country, or a calling code that belongs to none.
type Region struct {
	id   string // ISO 3166 alpha-2, or noCountry
	code uint16
	// Regular expressions of what is dialled first: before a calling code abroad, and before a
	// national number. transform says what the last group of the second stands for; empty is
	// nothing.
	abroad, prefix, transform string
	// possible has a bit for each length that a national significant number may have, and local one
	// for each that can be dialled within an area alone.
	possible, local uint32
	// kinds is where the automaton of the kinds begins, and leading that of the first digits that
	// tell the region's numbers from others of its calling code; nowhere if its kinds tell them.
	kinds, leading uint16
}

// noCountry stands for the numbers of no country, as in libphonenumber (UN M.49: the world).
const noCountry = "001"

// Of returns the region of a country, by its ISO 3166 alpha-2 code; nil if it has no plan.
func Of(country string) *Region {
	i := slices.IndexFunc(regions[:], func(r Region) bool { return r.id == country })
	if i < 0 || country == noCountry {
		return nil
	}
	return &regions[i]
}

// Countries returns the ISO 3166 alpha-2 codes of all countries that have a plan, sorted.
func Countries() []string {
	var all []string
	for _, r := range regions {
		if r.id != noCountry {
			all = append(all, r.id)
		}
	}
	slices.Sort(all)
	return all
}

// Country returns the region's ISO 3166 alpha-2 code, empty for a calling code of no country.
func (r *Region) Country() string {
	if r.id == noCountry {
		return ""
	}
	return r.id
}

// Code returns the calling code.
func (r *Region) Code() int { return int(r.code) }

// with returns the regions that have a calling code, the main one first.
func with(code int) []Region {
	by := func(r Region, code int) int { return cmp.Compare(r.Code(), code) }
	from, _ := slices.BinarySearchFunc(regions[:], code, by)
	to := from
	for to < len(regions) && regions[to].Code() == code {
		to++
	}
	return regions[from:to]
}

// Length is what the count of a number's digits tells.
type Length int

// The lengths of a plan.
const (
	Possible  Length = iota
	LocalOnly        // it lacks its area code
	TooShort
	TooLong
	Between // shorter ones and longer ones are possible
)

// length judges how many digits a national significant number has.
func (r *Region) length(national string) Length {
	bit := uint32(1) << len(national) // 0 from 32 digits on
	switch {
	case bit == 0:
		return TooLong
	case r.local&bit != 0:
		return LocalOnly
	case r.possible&bit != 0:
		return Possible
	case r.possible&(bit-1) == 0:
		return TooShort
	case r.possible < bit:
		return TooLong
	}
	return Between
}

// matches tells whether digits are like the region's numbers, of whatever length and kind.
func (r *Region) matches(digits string) bool { return ends(r.kinds, digits).general() }

// expressions are those that were asked for, compiled, by their text.
var expressions sync.Map

func compiled(expression string) *regexp.Regexp {
	if known, ok := expressions.Load(expression); ok {
		return known.(*regexp.Regexp) //nolint:errcheck // nothing else is stored
	}
	e := regexp.MustCompile("^(?:" + expression + ")")
	expressions.Store(expression, e)
	return e
}

// lookingAt returns where an expression and its groups match at the start of digits, nil if it does
// not. Most expressions are plain digits, and the empty one matches nothing.
func lookingAt(expression, digits string) []int {
	switch {
	case expression == "":
		return nil
	case strings.Trim(expression, "0123456789") != "":
		return compiled(expression).FindStringSubmatchIndex(digits)
	case strings.HasPrefix(digits, expression):
		return []int{0, len(expression)}
	}
	return nil
}
