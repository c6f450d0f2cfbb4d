package mxlabs

import (
	"lineproof/shared/fault"
	"lineproof/shared/urlencoded"
	"lineproof/shared/verification"
)

// form is the fields of a form. One without a value counts as absent.
type form map[string][]string

// readForm reads a body. It fails with a fault.BadRequest when a field that is known is not UTF-8.
func readForm(body []byte) (form, error) {
	f := form(urlencoded.Parse(string(body)))
	for _, name := range []string{"action", "phone", "session_id", "code"} {
		if !urlencoded.UTF8(f[name]) {
			return nil, fault.New(fault.BadRequest)
		}
	}
	return f, nil
}

// text returns a field, "" when it is absent. It fails with a fault.InvalidParam when it is
// repeated.
func (f form) text(name string) (string, error) {
	switch values := f[name]; len(values) {
	case 0:
		return "", nil
	case 1:
		return verification.Present(values[0]), nil
	default:
		return "", fault.In(fault.InvalidParam, name)
	}
}

// need is text, and fails with a fault.MissingParam when the field is absent.
func (f form) need(name string) (string, error) {
	text, err := f.text(name)
	if err == nil && text == "" {
		err = fault.In(fault.MissingParam, name)
	}
	return text, err
}

// session returns the request_id of the session that the form names, as verifications have it. One
// that is malformed is looked up like any other.
func (f form) session() (string, error) {
	text, err := f.need("session_id")
	id, _ := verification.ParseRequestID(text)
	return id, err
}

// longestCode is how many characters a code may have: those of silent steps have 20.
const longestCode = 64

// code returns the code that the form has; the zero PIN when that is absent.
func (f form) code() (code verification.PIN, given bool, err error) {
	text, err := f.text("code")
	if len(text) > longestCode {
		err = fault.In(fault.InvalidParam, "code")
	}
	return verification.NewPIN(text), text != "", err
}
