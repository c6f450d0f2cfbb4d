package nexmo_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/api/nexmo"
	"lineproof/shared/fault"
	"lineproof/shared/phone"
	"lineproof/shared/verification"
)

// none stands for no failure in tables of kinds.
const none = fault.Kind(255)

// reader reads GB numbers and knows two locales.
var reader = nexmo.Reader{
	Line: func(text, country string) (verification.Line, error) {
		n, err := phone.ParseOptionalPlus(text)
		switch {
		case country == "XX":
			return verification.Line{}, fault.In(fault.InvalidParam, "country")
		case err != nil:
			return verification.Line{}, fault.In(fault.InvalidParam, "number")
		}
		return verification.Line{Number: n, Country: "GB", Type: verification.Mobile}, nil
	},
	Locale: func(lg, _ string, _ bool) (string, bool) {
		if lg == "" {
			return "en-gb", true
		}
		return lg, lg == "fr-fr"
	},
}

func params(pairs ...string) func(string) string {
	all := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		all[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return all[name] }
}

// TestParameters tries every parameter at its edges.
func TestParameters(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, value string
		want        fault.Kind
	}{
		{"number", "", fault.MissingParam}, {"number", "44x", fault.InvalidParam}, {"country", "XX", fault.InvalidParam}, {"country", "GB", none},
		{"brand", "", fault.MissingParam}, {"brand", strings.Repeat("ü", 18), none}, {"brand", strings.Repeat("b", 19), fault.TooLong},
		{"sender_id", strings.Repeat("ß", 11), none}, {"sender_id", strings.Repeat("s", 12), fault.TooLong},
		{"code_length", "4", none}, {"code_length", "06", none}, {"code_length", "5", fault.InvalidCodeLength}, {"code_length", "0", fault.InvalidCodeLength},
		{"code_length", "4.0", fault.InvalidParam}, {"code_length", "four", fault.InvalidParam}, {"code_length", "-4", fault.InvalidParam},
		{"lg", "fr-fr", none}, {"lg", "xx-xx", fault.InvalidParam},
		{"require_type", "All", none}, {"require_type", "Mobile", none}, {"require_type", "Landline", none}, {"require_type", "Fax", fault.InvalidParam},
		{"pin_expiry", "60", none}, {"pin_expiry", "59", fault.InvalidParam}, {"pin_expiry", "3600", none}, {"pin_expiry", "3601", fault.InvalidParam},
		{"pin_expiry", "300.0", fault.InvalidParam}, {"pin_expiry", "99999999999999999999", fault.InvalidParam}, {"pin_expiry", "0", fault.InvalidParam},
		{"next_event_wait", "60", none}, {"next_event_wait", "59", fault.InvalidParam}, {"next_event_wait", "900", none}, {"next_event_wait", "901", fault.InvalidParam},
		{"workflow_id", "1", none}, {"workflow_id", "7", none}, {"workflow_id", "0", fault.InvalidParam}, {"workflow_id", "8", fault.InvalidParam},
		{"pin_code", "1234", fault.PINCodeNotSupported}, {"unknown", "x", none},
		{"client_ip", "192.0.2.1", none}, {"client_ip", "2001:db8::1", none},
		{"client_ip", "192.0.2", fault.InvalidParam},
		{"client_ip", "fe80::1%eth0", fault.InvalidParam},
		{"client_ip", "192.0.2.1:80", fault.InvalidParam},
		{"client_ip", "unknown", fault.InvalidParam},
	} {
		all := map[string]string{"number": "447700900000", "brand": "Acme"}
		all[test.name] = test.value
		_, err := reader.Verify(func(name string) string { return all[name] }, account.Terms{})
		switch {
		case test.want == none && err != nil:
			t.Errorf("%s=%s: %v", test.name, test.value, err)
		case test.want != none && (err == nil || fault.Of(err) != test.want || fault.As(err).Param != test.name):
			t.Errorf("%s=%s: gave %v, want %v", test.name, test.value, err, test.want)
		}
	}
}

func TestMissingBeforeInvalid(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		give func(string) string
		want string
	}{
		{params("lg", "xx"), "number"},
		{params("number", "44x", "lg", "xx"), "brand"},
		{params("number", "44x", "brand", "Acme", "lg", "xx", "pin_code", "1"), "number"},
		{params("number", "447700900000", "brand", "Acme", "lg", "xx", "pin_code", "1"), "lg"},
	} {
		_, err := reader.Verify(test.give, account.Terms{})
		if err == nil || fault.As(err).Param != test.want {
			t.Errorf("gave %v, want %s", err, test.want)
		}
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	o, err := reader.Verify(params("number", "447700900000", "brand", "Acme"), account.Terms{})
	if err != nil {
		t.Fatal(err)
	}
	if o.Sender != "VERIFY" || o.Digits != 4 || o.Locale != "en-gb" || o.Plan.Expiry != 300*time.Second || len(o.Plan.Steps) != 3 || o.Type != "" {
		t.Errorf("defaults are %+v", o)
	}
}

func TestPayment(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		payee, amount string
		param         string
		want          fault.Kind
	}{
		{"Acme", "48.00", "", none}, {"Acme", "48", "", none}, {"Acme", "0.5", "", none}, {strings.Repeat("p", 18), "999999999.99", "", none},
		{"", "48.00", "payee", fault.MissingParam}, {"Acme", "", "amount", fault.MissingParam}, {strings.Repeat("p", 19), "1", "payee", fault.TooLong},
		{"Acme", "48,00", "amount", fault.InvalidParam}, {"Acme", "-1", "amount", fault.InvalidParam}, {"Acme", "1e3", "amount", fault.InvalidParam},
		{"Acme", "0.00", "amount", fault.InvalidParam}, {"Acme", "1.234", "amount", fault.InvalidParam}, {"Acme", "1\n", "amount", fault.InvalidParam},
	} {
		o, err := reader.Payment(params("number", "447700900000", "payee", test.payee, "amount", test.amount), account.Terms{})
		if test.want == none && (err != nil || o.Payee != test.payee || o.Amount != test.amount || o.Brand != "") {
			t.Errorf("%q of %q: %v", test.amount, test.payee, err)
		}
		if test.want != none && (err == nil || fault.Of(err) != test.want || fault.As(err).Param != test.param) {
			t.Errorf("%q of %q: gave %v, want %v", test.amount, test.payee, err, test.want)
		}
	}
}

func TestStrictTerms(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		give  []string
		param string
	}{
		{nil, ""}, {[]string{"code_length", "6"}, ""}, {[]string{"code_length", "4"}, "code_length"}, {[]string{"pin_expiry", "600"}, ""},
		{[]string{"pin_expiry", "601"}, "pin_expiry"}, {[]string{"pin_expiry", "61", "next_event_wait", "900"}, "pin_expiry"},
	} {
		o, err := reader.Verify(params(append(test.give, "number", "447700900000", "brand", "Acme")...), account.Terms{Strict: true})
		if test.param == "" && (err != nil || o.Digits != 6) || test.param != "" && (err == nil || fault.As(err).Param != test.param) {
			t.Errorf("%v: gave %v, %d digits", test.give, err, o.Digits)
		}
	}
}

// TestClientAddress has IPv6 count by its /64, and an address the same however it is written.
func TestClientAddress(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1",
		"2001:DB8:0:1::7":                  "2001:db8:0:1::/64",
		"2001:db8:0:1:ffff:ffff:ffff:ffff": "2001:db8:0:1::/64",
		"2001:db8:0:2::7":                  "2001:db8:0:2::/64",
	} {
		o, err := reader.Verify(params("number", "447700900000", "brand", "Acme", "client_ip",
			text), account.Terms{})
		if err != nil || o.Client != want {
			t.Errorf("%q is metered as %q, %v; want %q", text, o.Client, err, want)
		}
	}
}

// TestPlainBrand refuses names that a phone may show as a link, where the terms say so, and no
// others.
func TestPlainBrand(t *testing.T) {
	t.Parallel()
	for brand, link := range map[string]bool{
		"Acme": false, "Dr. Oetker": false, "Web 2.0": false, "H.I.S.": false, "U.S. Bank": false,
		"No.1": false, "Marks & Spencer": false, "Yahoo!": false,
		"C&A.": false, "...und Punkt": false, "A: B/C": false, "3.5.7": false,
		"http://evil.exam": true, "evil.exam": true, "Booking.com": true, "a://b": true,
		"Pay bit.ly/x": true, "evil.рф": true, "evil。com": true,
		"x1.co": true, "10.0.0.1/x": true,
		"evil\u00ad.com": true, "evil\u200b.com": true, "evil\u2024com": true, "evil\ufe52com": true,
		"ev\u0301il.com": true, "evil\ufe0f.com": true, "Ca\u0301fe": false,
	} {
		for _, name := range []string{"brand", "payee"} {
			read := reader.Verify
			if name == "payee" {
				read = reader.Payment
			}
			give := params("number", "447700900000", name, brand, "amount", "1")
			if _, err := read(give, account.Terms{}); err != nil {
				t.Errorf("%s %q where links may be: %v", name, brand, err)
			}
			_, err := read(give, account.Terms{PlainBrand: true})
			if refused := err != nil && fault.Of(err) == fault.InvalidParam &&
				fault.As(err).Param == name; refused != link {
				t.Errorf("%s %q: %v, want a refusal: %v", name, brand, err, link)
			}
		}
	}
}

// TestWorkflows reads each workflow_id with the times that go with it.
func TestWorkflows(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ workflow, expiry, wait, want string }{
		{"", "", "", "sms 125 voice 180 voice, 300"},
		{"1", "", "", "sms 125 voice 180 voice, 300"},
		{"2", "", "", "sms 125 sms 180 voice, 300"},
		{"3", "", "", "voice 150 voice, 300"},
		{"4", "", "", "sms 120 sms, 300"},
		{"5", "", "", "sms 120 voice, 300"},
		{"6", "", "", "sms, 300"},
		{"7", "", "", "voice, 300"},
		{"6", "3600", "", "sms, 3600"},
		{"7", "60", "", "voice, 60"},
		{"1", "360", "120", "sms 120 voice 120 voice, 360"},
		{"1", "240", "120", "sms 120 voice 120 voice, 240"},
		{"1", "120", "120", "sms 120 voice 120 voice, 120"},
		{"1", "200", "120", "sms 120 voice 120 voice, 120"},
		{"1", "400", "120", "sms 120 voice 120 voice, 120"},
		{"1", "", "120", "sms 120 voice 120 voice, 300"},
		{"1", "60", "", "sms 125 voice 180 voice, 60"},
		{"2", "2700", "900", "sms 900 sms 900 voice, 2700"},
		{"4", "900", "900", "sms 900 sms, 900"},
	} {
		o, err := reader.Verify(params(
			"number", "447700900000", "brand", "Acme", "workflow_id", test.workflow,
			"pin_expiry", test.expiry, "next_event_wait", test.wait,
		), account.Terms{})
		if got := planText(o.Plan); err != nil || got != test.want {
			t.Errorf("%+v reads as %s, %v", test, got, err)
		}
	}
}

// planText writes a plan as its channels, the seconds between them, and the life of a PIN.
func planText(p verification.Plan) string {
	text := ""
	for i, s := range p.Steps {
		if i > 0 {
			text += fmt.Sprintf(" %.0f ", p.Steps[i-1].Wait.Seconds())
		}
		text += string(s.Channel)
	}
	return text + fmt.Sprintf(", %.0f", p.Expiry.Seconds())
}
