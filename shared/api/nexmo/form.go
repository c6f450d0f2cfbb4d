package nexmo

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/phone"
	"lineproof/shared/verification"
)

// form reads parameters and remembers the first that is at fault.
type form struct {
	param func(string) string
	err   error
}

func (f *form) fail(err error) {
	if f.err == nil {
		f.err = err
	}
}

func (f *form) line(r Reader) verification.Line {
	line, err := r.Line(f.param("number"), f.param("country"))
	if err != nil {
		f.fail(err)
	}
	return line
}

func (f *form) locale(r Reader, n phone.Number, payment bool) string {
	locale, known := r.Locale(f.param("lg"), n.Digits(), payment)
	if !known {
		f.fail(fault.In(fault.InvalidParam, "lg"))
	}
	return locale
}

// short reads a text of at most limit characters.
func (f *form) short(name string, limit int) string {
	text := f.param(name)
	if utf8.RuneCountInString(text) > limit {
		f.fail(fault.In(fault.TooLong, name))
	}
	return text
}

// name reads who asks.
func (f *form) name(name string, t account.Terms) string {
	text := f.short(name, maxBrand)
	if t.PlainBrand && verification.ShowsLink(text) {
		f.fail(fault.In(fault.InvalidParam, name))
	}
	return text
}

// client reads client_ip.
func (f *form) client() string {
	text := f.param("client_ip")
	if text == "" {
		return ""
	}
	address, ok := parseAddress(text)
	if !ok {
		f.fail(fault.In(fault.InvalidParam, "client_ip"))
		return ""
	}
	return account.CustomerAt(address)
}

func (f *form) amount() string {
	amount := f.param("amount")
	if !amountPattern.MatchString(amount) || strings.Trim(amount, "0.") == "" {
		f.fail(fault.In(fault.InvalidParam, "amount"))
	}
	return amount
}

func (f *form) digits(t account.Terms) int {
	switch f.integer("code_length", 0, 1<<30) {
	case 0:
		if f.param("code_length") != "" {
			f.fail(fault.In(fault.InvalidCodeLength, "code_length"))
		}
		if t.Strict {
			return verification.StrictDigits
		}
		return minCode
	case minCode:
		if t.Strict {
			f.fail(fault.In(fault.InvalidParam, "code_length"))
		}
		return minCode
	case maxCode:
		return maxCode
	default:
		f.fail(fault.In(fault.InvalidCodeLength, "code_length"))
		return 0
	}
}

func (f *form) lineType() verification.LineType {
	switch t := strings.ToLower(f.param("require_type")); t {
	case "", "all":
		return ""
	case string(verification.Mobile), string(verification.Landline):
		return verification.LineType(t)
	default:
		f.fail(fault.In(fault.InvalidParam, "require_type"))
		return ""
	}
}

func (f *form) plan(t account.Terms) verification.Plan {
	id := max(1, f.integer("workflow_id", 1, workflows))
	expiry := time.Duration(f.integer("pin_expiry", minExpiry, maxExpiry)) * time.Second
	wait := time.Duration(f.integer("next_event_wait", minWait, maxWait)) * time.Second
	plan := newPlan(id, expiry, wait)
	if t.Strict && plan.Expiry > verification.StrictExpiry {
		f.fail(fault.In(fault.InvalidParam, "pin_expiry"))
	}
	return plan
}

// integer reads a decimal integer within bounds, with leading zeros or without; 0 when it is absent
// or at fault.
func (f *form) integer(name string, least, most int) int {
	text := f.param(name)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil || int(n) < least || int(n) > most {
		f.fail(fault.In(fault.InvalidParam, name))
		return 0
	}
	return int(n)
}
