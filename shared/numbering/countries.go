package numbering

import (
	"maps"
	"slices"

	"github.com/nyaruka/phonenumbers"
)

// Countries returns every country that has numbers (ISO 3166 alpha-2), sorted.
func Countries() []string { return slices.Sorted(maps.Keys(phonenumbers.GetSupportedRegions())) }
