package numbering_test

import (
	"strings"
	"testing"

	"lineproof/shared/fault"
	"lineproof/shared/numbering"
)

func TestNumbersWrittenDifferentlyAreOne(t *testing.T) {
	t.Parallel()
	for want, writings := range map[string][][2]string{
		"447700900000": {
			{"447700900000", ""}, {"+447700900000", ""}, {"00447700900000", ""}, {"+44 7700 900000", ""}, {"+44 (0)7700-900.000", ""},
			{"07700900000", "GB"}, {"7700 900000", "gb"}, {"447700900000", "GB"}, {"+447700900000", "US"}, {"00447700900000", "FR"},
		},
		"33612345678":  {{"33612345678", ""}, {"0612345678", "FR"}, {"06 12 34 56 78", "fr"}, {"+33612345678", "GB"}},
		"12015550123":  {{"12015550123", ""}, {"2015550123", "US"}, {"(201) 555-0123", "CA"}, {"+1 201 555 0123", ""}},
		"390612345678": {{"390612345678", ""}, {"0612345678", "IT"}},
		"990123450001": {{"990123450001", ""}, {"+990123450001", ""}, {"+990 123 450 001", "GB"}, {"00990123450001", ""}, {"990123450001", "GB"}},
	} {
		for _, w := range writings {
			line, err := numbering.Parse(w[0], w[1])
			if err != nil || line.Number.Digits() != want {
				t.Errorf("%q in %q is %q, %v; want %s", w[0], w[1], line.Number.Digits(), err, want)
			}
		}
	}
}

func TestImpossible(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ number, country, param string }{
		{"abc", "", "number"}, {"+", "", "number"}, {"0", "", "number"}, {"12", "", "number"}, {"+44", "", "number"},
		{"447700", "", "number"}, {"4477009000001234567", "", "number"}, {"07700900000", "", "number"}, {"1-800-FLOWERS", "US", "number"},
		{"+999123456789", "", "number"}, {"447700900000;ext=1", "", "number"}, {strings.Repeat("4", 200), "", "number"},
		{"447700900000", "XX", "country"}, {"447700900000", "GBR", "country"}, {"447700900000", "44", "country"}, {"990123450001", "ZZ", "country"},
	} {
		_, err := numbering.Parse(test.number, test.country)
		if failure := fault.As(err); err == nil || failure.Kind != fault.InvalidParam || failure.Param != test.param {
			t.Errorf("%q in %q gave %v, want an invalid %s", test.number, test.country, err, test.param)
		}
	}
}

func TestCountryAndType(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		number, country  string
		mobile, landline bool
	}{
		{"447700900000", "GB", false, false}, // drama: nobody's, of no type
		{"447400123456", "GB", true, false},
		{"442079460000", "GB", false, true},
		{"33612345678", "FR", true, false},
		{"33142345678", "FR", false, true},
		{"12015550123", "US", false, false}, // either
		{"34600000001", "ES", true, false},
		{"80012345678", "", false, false}, // of no country
		{"990123450001", "", false, false},
	} {
		line, err := numbering.Parse(test.number, "")
		if err != nil || line.Country != test.country || line.Mobile != test.mobile || line.Landline != test.landline {
			t.Errorf("%s is in %q, mobile %v, landline %v, %v", test.number, line.Country, line.Mobile, line.Landline, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range [][2]string{{"+447700900000", ""}, {"07700900000", "GB"}, {"990123450001", "us"}, {"\u0664\u0664", "SA"}, {"+1 (201)", "CA"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, text, country string) {
		line, err := numbering.Parse(text, country)
		if err != nil {
			if fault.Of(err) != fault.InvalidParam {
				t.Errorf("gave %v", err)
			}
			return
		}
		again, err := numbering.Parse(line.Number.E164(), "")
		if err != nil || again != line {
			t.Errorf("%q in %q is %s, which reads as %s, %v", text, country, line.Number.E164(), again.Number.E164(), err)
		}
	})
}
