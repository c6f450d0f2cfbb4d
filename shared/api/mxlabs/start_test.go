package mxlabs

import (
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/numbering"
	"lineproof/shared/verification"
)

func reader() Reader {
	return Reader{
		Line:    numbering.Parse,
		Locale:  func(string, string) string { return "en-gb" },
		Covered: func(country string) bool { return country == "GB" },
	}
}

// terms are those of an account that may have sessions.
func terms(countries ...string) account.Terms {
	t := account.StrictTerms(countries...)
	t.Brand = "Acme & Co"
	return t
}

// A session is a silent step and two SMS on demand, within what strict terms allow.
func TestOrder(t *testing.T) {
	t.Parallel()
	for _, codeless := range []bool{false, true} {
		has := terms("GB", "ZZ")
		has.Codeless = codeless
		o, err := reader().order("+447700900123", has)
		if err != nil {
			t.Fatal(err)
		}
		steps := o.Plan.Steps
		if len(steps) != 3 || steps[0].Channel != verification.Silent || steps[0].Wait != time.Minute ||
			steps[0].Codeless != codeless || steps[1].Channel != verification.SMS || steps[2] != steps[1] {
			t.Errorf("steps are %+v", steps)
		}
		if !o.OnDemand || !o.Onward || o.Unguarded || o.Uncovered || o.Policy != verification.Supersede ||
			o.Digits < verification.StrictDigits || o.Plan.Expiry > verification.StrictExpiry ||
			o.Tries != 3 || o.Brand != "Acme & Co" || o.Sender != "AcmeCo" || o.Locale != "en-gb" {
			t.Errorf("it is %+v", o)
		}
	}
}

// Whom a phone reaches, and what its silent step can come to, by how it is written and where its
// account may send.
func TestOrderOfPhones(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		phone     string
		countries []string
		want      string
		rehearsed verification.Outcome
		uncovered bool
	}{
		"E.164":               {"+447700900123", []string{"GB", "ZZ"}, "447700900123", "", false},
		"no plus":             {"447700900123", []string{"GB", "FR"}, "447700900123", "", false},
		"local":               {"07700900123", []string{"GB", "ZZ"}, "447700900123", "", false},
		"with 00":             {"00447700900123", []string{"FR"}, "447700900123", "", false},
		"not covered":         {"+33612345678", []string{"GB", "FR"}, "33612345678", "", true},
		"of another country":  {"+33612345678", []string{"GB"}, "33612345678", "", true},
		"a test, proved":      {"+990123450001", []string{"ZZ"}, "990123450001", verification.Proved, false},
		"a test, another's":   {"+990123450005", []string{"ZZ"}, "990123450005", verification.Mismatched, false},
		"a test, nobody's":    {"+990123450002", []string{"ZZ"}, "990123450002", verification.Unproved, false},
		"a test, without + 1": {"990123450001", []string{"GB", "ZZ"}, "990123450001", verification.Proved, false},
	} {
		o, err := reader().order(test.phone, terms(test.countries...))
		if err != nil || o.Line.Number.Digits() != test.want || o.Uncovered != test.uncovered ||
			o.Plan.Steps[0].Rehearsed != test.rehearsed {
			t.Errorf("%s: %s, %t, %+v, %v", name, o.Line.Number.Digits(), o.Uncovered, o.Plan.Steps, err)
		}
	}
	for _, phone := range []string{"nope", "07700900123", "+", "0", "+44770090012345678"} {
		_, err := reader().order(phone, terms("GB", "FR"))
		if failure := fault.As(err); failure == nil || failure.Kind != fault.InvalidParam ||
			failure.Param != "phone" {
			t.Errorf("%q: %v", phone, err)
		}
	}
	if _, err := reader().order("+447700900123", account.StandardTerms("GB")); !fault.Is(err, fault.Forbidden) {
		t.Errorf("without a brand: %v", err)
	}
}
