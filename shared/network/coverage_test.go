package network_test

import (
	"testing"

	"lineproof/shared/network"
)

func TestCoverage(t *testing.T) {
	t.Parallel()
	for text, test := range map[string]struct{ gb, fr bool }{
		"": {false, false}, "GB": {true, false}, "GB,FR": {true, true}, "*": {true, true},
	} {
		c, err := network.ParseCoverage(text)
		if err != nil || c.Has("GB") != test.gb || c.Has("FR") != test.fr || c.Has("") && text != "*" {
			t.Errorf("%q: %v, %v", text, c, err)
		}
	}
	for _, text := range []string{" ", "gb", "GB,", "GBR", "GB, FR", "*,GB"} {
		if c, err := network.ParseCoverage(text); err == nil {
			t.Errorf("%q is taken as %v", text, c)
		}
	}
}
