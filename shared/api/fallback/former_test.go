package fallback

import (
	"slices"
	"testing"
	"time"

	"github.com/nyaruka/phonenumbers"

	"lineproof/shared/account"
	"lineproof/shared/numbering"
	"lineproof/shared/phone"
	"lineproof/shared/pin"
)

// TestFormerReadsWithoutNumberPlans tells the country of every country's mobile numbers as the number
// plans do, but where countries share a calling code without area codes of their own.
func TestFormerReadsWithoutNumberPlans(t *testing.T) {
	t.Parallel()
	shared := []string{
		"AC", "AX", "BL", "BQ", "CC", "CX", "EH", "GG", "IM", "JE", "MF", "SJ", "TA", "VA", "YT",
	}
	for _, region := range numbering.Countries() {
		example := phonenumbers.GetExampleNumberForType(region, phonenumbers.MOBILE)
		n, err := phone.Parse(phonenumbers.Format(example, phonenumbers.E164))
		if err != nil || slices.Contains(shared, region) {
			continue
		}
		planned, err := numbering.Parse(n.E164(), "")
		if err != nil {
			t.Errorf("%s: %v", region, err)
		}
		if got := lineOf(n, "").Country; got != planned.Country {
			t.Errorf("%s is in %q, planned in %q", region, got, planned.Country)
		}
	}
}

// TestFormer makes the order that the parameters ask for, of the number that was read before.
func TestFormer(t *testing.T) {
	t.Parallel()
	n, _ := phone.Parse("+16135550123")
	params := map[string]string{
		"number": "(613) 555-0123", "country": "ca", "brand": "Acme", "workflow_id": "6",
		"pin_expiry": "120", "lg": "",
	}
	o, err := Former(n, params, account.Terms{})
	want := pin.Line{Number: n, Country: "CA"}
	if err != nil || o.Line != want || o.Brand != "Acme" || o.Locale != "en-us" ||
		len(o.Plan.Steps) != 1 || o.Plan.Expiry != 2*time.Minute {
		t.Errorf("reads as %+v, %v", o, err)
	}
	params["country"] = ""
	if o, err := Former(n, params, account.Terms{}); err != nil || o.Line != want {
		t.Errorf("without its country it is %+v, %v", o.Line, err)
	}
	test, _ := phone.Parse("+990123452501")
	if o, err := Former(test, params, account.Terms{}); err != nil || o.Line.Type != pin.Landline {
		t.Errorf("a test number is %+v, %v", o.Line, err)
	}
}
