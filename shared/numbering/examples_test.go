package numbering_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"lineproof/shared/numbering"
)

// lineTypes are the types of which libphonenumber's metadata has an example number.
var lineTypes = map[phonenumbers.PhoneNumberType]string{
	phonenumbers.FIXED_LINE: "fixed line", phonenumbers.MOBILE: "mobile", phonenumbers.TOLL_FREE: "toll free",
	phonenumbers.PREMIUM_RATE: "premium rate", phonenumbers.SHARED_COST: "shared cost", phonenumbers.VOIP: "VoIP",
	phonenumbers.PERSONAL_NUMBER: "personal", phonenumbers.PAGER: "pager", phonenumbers.UAN: "UAN",
	phonenumbers.VOICEMAIL: "voicemail",
}

// writings are the forms in which each example is written.
var writings = []struct {
	name string
	of   func(n *phonenumbers.PhoneNumber, region string) (text, country string)
}{
	{"+E.164", func(n *phonenumbers.PhoneNumber, _ string) (string, string) {
		return phonenumbers.Format(n, phonenumbers.E164), ""
	}},
	{"+E.164, own country", func(n *phonenumbers.PhoneNumber, region string) (string, string) {
		return phonenumbers.Format(n, phonenumbers.E164), region
	}},
	{"E.164", func(n *phonenumbers.PhoneNumber, _ string) (string, string) {
		return phonenumbers.Format(n, phonenumbers.E164)[1:], ""
	}},
	{"E.164, own country", func(n *phonenumbers.PhoneNumber, region string) (string, string) {
		return phonenumbers.Format(n, phonenumbers.E164)[1:], region
	}},
	{"national", func(n *phonenumbers.PhoneNumber, region string) (string, string) {
		return phonenumbers.Format(n, phonenumbers.NATIONAL), region
	}},
}

// exempt are the examples that no reading can do right, by region, type and form ("" for all
// forms), with the reason.
var exempt = map[[3]string]string{
	{"CA", "UAN", ""}:            "310-1234 is dialled within Canada alone: no area code, so no E.164 number",
	{"AR", "mobile", "national"}: "phonenumbers 1.8.1 writes 09 15-… for 011 15-…, which is another number",
}

func isExempt(region, kind, form string) bool {
	_, one := exempt[[3]string{region, kind, form}]
	_, all := exempt[[3]string{region, kind, ""}]
	return one || all
}

// TestExamplesOfEveryRegionAndType reads every example number of the metadata in every form.
func TestExamplesOfEveryRegionAndType(t *testing.T) {
	t.Parallel()
	regions := slices.Sorted(maps.Keys(phonenumbers.GetSupportedRegions()))
	type count struct{ all, refused, misread, exempt int }
	counts := map[string]*count{}
	for _, form := range writings {
		counts[form.name] = &count{}
		for _, region := range regions {
			for kind, name := range lineTypes {
				example := phonenumbers.GetExampleNumberForType(region, kind)
				if example == nil || example.GetNationalNumber() == 0 {
					continue
				}
				text, country := form.of(example, region)
				want := phonenumbers.Format(example, phonenumbers.E164)
				line, err := numbering.Parse(text, country)
				c := counts[form.name]
				c.all++
				switch {
				case err == nil && line.Number.E164() == want:
					continue
				case isExempt(region, name, form.name):
					c.exempt++
					continue
				case err != nil:
					c.refused++
				default:
					c.misread++
				}
				t.Errorf("%s %s as %s: %q in %q is %q, %v; want %s",
					region, name, form.name, text, country, line.Number.E164(), err, want)
			}
		}
	}
	t.Logf("%-22s %6s %8s %8s %7s", "written as", "all", "refused", "misread", "exempt")
	for _, form := range writings {
		c := counts[form.name]
		t.Logf("%-22s %6d %8d %8d %7d", form.name, c.all, c.refused, c.misread, c.exempt)
		if c.all < 1000 {
			t.Errorf("the metadata has but %d examples", c.all)
		}
	}
}

// TestNonGeographicExamples reads the example of every calling code that belongs to no country.
func TestNonGeographicExamples(t *testing.T) {
	t.Parallel()
	for code := range phonenumbers.GetSupportedGlobalNetworkCallingCodes() {
		want := phonenumbers.Format(phonenumbers.GetExampleNumberForNonGeoEntity(code), phonenumbers.E164)
		for _, text := range []string{want, strings.TrimPrefix(want, "+")} {
			if line, err := numbering.Parse(text, ""); err != nil || line.Number.E164() != want {
				t.Errorf("%q is %q, %v", text, line.Number.E164(), err)
			}
		}
	}
}
