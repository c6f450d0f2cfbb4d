package fallback

import (
	"testing"
	"time"

	"github.com/nyaruka/phonenumbers"

	"lineproof/shared/account"
	"lineproof/shared/api/nexmo"
	"lineproof/shared/message"
	"lineproof/shared/numbering"
	"lineproof/shared/phone"
	"lineproof/shared/verification"
)

var read = former(nexmo.Reader{Line: numbering.Parse, Locale: message.LocaleFor})

// TestFormerReadsNumberPlans tells the line of every country's mobile numbers as the number plans
// do.
func TestFormerReadsNumberPlans(t *testing.T) {
	t.Parallel()
	for _, region := range numbering.Countries() {
		example := phonenumbers.GetExampleNumberForType(region, phonenumbers.MOBILE)
		n, err := phone.Parse(phonenumbers.Format(example, phonenumbers.E164))
		if err != nil {
			continue
		}
		planned, err := numbering.Parse(n.E164(), "")
		if err != nil {
			t.Errorf("%s: %v", region, err)
		}
		o, err := read(map[string]string{"number": n.E164(), "brand": "Acme"}, account.Terms{})
		if err != nil || o.Line != planned {
			t.Errorf("%s is %+v, planned %+v, %v", region, o.Line, planned, err)
		}
	}
}

// TestFormer makes the order that the parameters ask for.
func TestFormer(t *testing.T) {
	t.Parallel()
	n, _ := phone.Parse("+16135550123")
	params := map[string]string{
		"number": "(613) 555-0123", "country": "ca", "brand": "Acme", "workflow_id": "6",
		"pin_expiry": "120", "lg": "",
	}
	o, err := read(params, account.Terms{})
	want := verification.Line{Number: n, Country: "CA", Type: verification.MobileOrLandline}
	if err != nil || o.Line != want || o.Brand != "Acme" || o.Locale != "en-us" ||
		len(o.Plan.Steps) != 1 || o.Plan.Expiry != 2*time.Minute {
		t.Errorf("reads as %+v, %v", o, err)
	}
	params["number"], params["country"] = "+16135550123", ""
	if o, err := read(params, account.Terms{}); err != nil || o.Line != want {
		t.Errorf("without its country it is %+v, %v", o.Line, err)
	}
	params["number"] = "+990123452501"
	if o, err := read(params, account.Terms{}); err != nil || o.Line.Type != verification.Landline {
		t.Errorf("a test number is %+v, %v", o.Line, err)
	}
}
