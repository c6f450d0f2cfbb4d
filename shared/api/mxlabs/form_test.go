package mxlabs

import (
	"strings"
	"testing"
	"unicode/utf8"

	"lineproof/shared/fault"
)

// A field is read once, and what is blank, repeated or no UTF-8 is told apart.
func TestForm(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body, want string
		fails      fault.Kind // Internal when it is read
	}{
		"as SDKs write it": {"action=start&phone=%2B447700900123", "+447700900123", fault.Internal},
		"a bare plus":      {"phone=+447700900123", " 447700900123", fault.Internal},
		"none":             {"action=start", "", fault.MissingParam},
		"empty":            {"phone=", "", fault.MissingParam},
		"blank":            {"phone=+%09", "", fault.MissingParam},
		"twice":            {"phone=1&phone=1", "", fault.InvalidParam},
		"another no UTF-8": {"phone=1&x=%ff", "1", fault.Internal},
		"no UTF-8":         {"phone=%ff", "", fault.BadRequest},
		"a mark before it": {"\ufeffphone=1", "1", fault.Internal},
		"JSON":             {`{"phone":"1"}`, "", fault.MissingParam},
	} {
		f, err := readForm([]byte(test.body))
		got := ""
		if err == nil {
			got, err = f.need("phone")
		}
		if got != test.want || (err == nil) != (test.fails == fault.Internal) ||
			err != nil && fault.Of(err) != test.fails {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// Whatever comes, a field is absent, good or at fault, and a session has the form of an id.
func FuzzForm(f *testing.F) {
	for _, seed := range []string{
		"action=ping", "action=start&phone=%2B447700900123", "session_id=c11236f4-00bf-4b89-84ba-88b25df97315",
		"action=sms_verify&session_id=0123456789abcdef0123456789abcdef&code=123456", "code=1&code=2",
		"phone=%ff", "\ufeffaction=ping", "&&=&%zz", strings.Repeat("code=1&", 99),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		form, err := readForm(body)
		if err != nil {
			if form != nil || fault.Of(err) != fault.BadRequest {
				t.Fatalf("%q: %v, %v", body, form, err)
			}
			return
		}
		for _, name := range []string{"action", "phone", "session_id", "code"} {
			text, err := form.need(name)
			if (err == nil) == (text == "") || !utf8.ValidString(text) {
				t.Errorf("%q: %s is %q, %v", body, name, text, err)
			}
		}
		if id, err := form.session(); err == nil && len(id) != 32 {
			t.Errorf("%q: the session is %q", body, id)
		}
		if code, given, err := form.code(); given != (code.Reveal() != "") ||
			err == nil && len(code.Reveal()) > longestCode {
			t.Errorf("%q: the code has %d bytes, %v", body, len(code.Reveal()), err)
		}
	})
}
