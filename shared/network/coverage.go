package network

import (
	"errors"
	"slices"
	"strings"
)

// Coverage lists the countries of whose lines silent verification knows (ISO 3166 alpha-2).
type Coverage []string

// everywhere stands in a Coverage for all countries.
const everywhere = "*"

// Everywhere is every country.
var Everywhere = Coverage{everywhere}

// Has tells whether lines of the country are known.
func (c Coverage) Has(country string) bool {
	return slices.Contains(c, country) || slices.Contains(c, everywhere)
}

// ParseCoverage reads country codes with commas between, or * for all; none for "".
func ParseCoverage(text string) (Coverage, error) {
	if text == "" || text == everywhere {
		return Coverage(strings.Fields(text)), nil
	}
	c := Coverage(strings.Split(text, ","))
	if slices.ContainsFunc(c, func(code string) bool { return !isCountry(code) }) {
		return nil, errors.New("not a list of country codes")
	}
	return c, nil
}

func isCountry(code string) bool {
	return len(code) == 2 && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
