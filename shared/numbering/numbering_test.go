package numbering_test

import (
	"strings"
	"testing"

	"lineproof/shared/fault"
	"lineproof/shared/numbering"
	"lineproof/shared/verification"
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
		number, country string
		line            verification.LineType
	}{
		{"447700900000", "GB", ""}, // drama: nobody's, of no type
		{"447400123456", "GB", verification.Mobile},
		{"442079460000", "GB", verification.Landline},
		{"33612345678", "FR", verification.Mobile},
		{"33142345678", "FR", verification.Landline},
		{"12015550123", "US", verification.MobileOrLandline},
		{"34600000001", "ES", verification.Mobile},
		{"80012345678", "", verification.TollFree}, // of no country
		{"990123450001", verification.SandboxCountry, verification.Mobile}, {"990123452501", verification.SandboxCountry, verification.Landline},
		{"449098790000", "GB", verification.Premium},
		{"448456789012", "GB", verification.Premium},
		{"4918012345", "DE", verification.SharedCost},
		{"447012345678", "GB", verification.Personal},
		{"4990099123456", "DE", verification.Premium},
		{"19005551234", "US", verification.Premium},
	} {
		line, err := numbering.Parse(test.number, "")
		if err != nil || line.Country != test.country || line.Type != test.line {
			t.Errorf("%s is in %q, of type %q, %v", test.number, line.Country, line.Type, err)
		}
	}
}

// TestInternationalBesideItsCountry reads digits that are a number of the named country already.
func TestInternationalBesideItsCountry(t *testing.T) {
	t.Parallel()
	for _, test := range [][3]string{
		{"4915228817386", "DE", "4915228817386"}, {"4915123456789", "DE", "4915123456789"},
		{"491713920001", "DE", "491713920001"}, {"62812345678", "ID", "62812345678"},
		{"38343201234", "XK", "38343201234"}, {"015123456789", "DE", "4915123456789"},
		// These look international and are not: the country writes no trunk prefix.
		{"3934712345", "IT", "393934712345"}, {"55912345678", "BR", "5555912345678"},
		{"9198765432", "IN", "919198765432"},
		// These are numbers of the country in both readings, and international counts.
		{"481419561", "PL", "481419561"}, {"390722699", "IT", "390722699"},
	} {
		line, err := numbering.Parse(test[0], test[1])
		if err != nil || line.Number.Digits() != test[2] {
			t.Errorf("%q in %s is %q, %v; want %s", test[0], test[1], line.Number.Digits(), err, test[2])
		}
	}
}

// TestAsPeoplePasteThem reads numbers with what address books, keyboards and web pages put into
// them.
func TestAsPeoplePasteThem(t *testing.T) {
	t.Parallel()
	for _, test := range [][3]string{
		{"\u202d+447700900001\u202c", "", "447700900001"},
		{"\u2068+447700900001\u2069", "", "447700900001"},
		{"\ufeff+447700900001", "", "447700900001"},
		{"+1 (201) 555\u20110123", "", "12015550123"},
		{"+33\u202f6\u202f39\u202f98\u202f00\u202f01", "", "33639980001"},
		{"+44\u200b7700\u200b900001", "", "447700900001"},
		{"\uff0b447700900001", "", "447700900001"},
		{"+447700900001\n", "", "447700900001"},
		{"+\u0664\u0664\u0667\u0667\u0660\u0660\u0669\u0660\u0660\u0660\u0660\u0661", "", "447700900001"},
		{"\uff10\uff19\uff10\u30101234\u30115678", "JP", ""}, // brackets that nobody writes around numbers
		{"\uff10\uff19\uff10\uff0d1234\uff0d5678", "JP", "819012345678"},
		{"\u06f0\u06f9\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f8\u06f9", "IR", "989123456789"},
		{"\u0966\u096f\u096e\u096d\u096c\u096b\u096a\u0969\u0968\u0967\u0966", "IN", "919876543210"},
		{"\U0001d7d2\U0001d7d277 00900001", "", "447700900001"}, // mathematical digits
		{"4\ufe0f4\ufe0f7700900001", "", "447700900001"},        // variation selectors
		{"+44\u20147700\u2212900001", "", "447700900001"},
		{"(+44) 7700 900001", "", "447700900001"}, {"(+44) 7700 900001", "US", "447700900001"},
		{"+(44) 7700 900001", "", "447700900001"}, {"(+1) 201-555-0123", "", "12015550123"},
		{"((+44)) 7700 900001", "", "447700900001"}, {" + 44 7700 900001", "", "447700900001"},
		{"\u202a+990123450001\u202c", "", "990123450001"},
		{"+44 7700 9OOOO1", "", ""}, {"+44 7700 900001 ext 2", "", ""}, {"44+7700900001", "", ""},
		{"+447700900001,2", "", ""}, {"+447700900001#", "", ""}, {"\u2460\u2461\u2462\u2463\u2464", "", ""},
		{"+521 55 1234 5678", "", "525512345678"}, {"5215512345678", "MX", "525512345678"},
		{"5215512345678", "", "525512345678"}, {"+525512345678", "", "525512345678"},
		{"310-1234", "CA", ""}, {"555-0123", "US", ""}, // they lack their area code
	} {
		line, err := numbering.Parse(test[0], test[1])
		if line.Number.Digits() != test[2] || (err == nil) != (test[2] != "") {
			t.Errorf("%+q in %q is %q, %v; want %q", test[0], test[1], line.Number.Digits(), err, test[2])
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range [][2]string{{"+447700900000", ""}, {"07700900000", "GB"}, {"990123450001", "us"}, {"\u0664\u0664", "SA"}, {"+1 (201)", "CA"}, {"\u202d+44", ""}, {"5215512345678", "MX"}} {
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
