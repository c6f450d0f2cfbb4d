package numbering

import "lineproof/shared/numbering/plan"

// Countries returns every country that has numbers (ISO 3166 alpha-2), sorted.
func Countries() []string { return plan.Countries() }
