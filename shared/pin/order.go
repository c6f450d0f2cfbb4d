package pin

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/phone"
)

// Order is a verification request as its parameters ask for it.
type Order struct {
	// Line is whom to reach.
	Line Line
	// Brand says who asks; Payee and Amount, in place of it, make it a payment to confirm (PSD2).
	Brand, Payee, Amount string
	// Sender is the sender_id.
	Sender string
	// Locale is the language of the messages.
	Locale string
	// Digits is code_length: 4 or 6.
	Digits int
	// Type is require_type: "", Mobile or Landline.
	Type LineType
	// Client is the end user's address as the caller reports it (client_ip), IPv6 by its /64; empty
	// when it does not.
	Client string
	// Plan follows from workflow_id, pin_expiry and next_event_wait.
	Plan Plan
	// Callback names who is told of the end (see Courier.Ended); empty for nobody. It is no parameter.
	Callback string
	// Admitted tells that the account's meters of a second and of a day have counted it (see Admitter).
	// It is no parameter.
	Admitted bool
}

// Reader reads the parameters of verification requests.
type Reader struct {
	// Line reads number and country. It fails with a fault.InvalidParam that names the one at fault.
	Line func(number, country string) (Line, error)
	// Locale gives the locale that lg names, or that of the number when lg is empty, and whether there is one.
	Locale func(lg string, n phone.Number, payment bool) (string, bool)
}

// The limits of the parameters (Verify API 1.1.7).
const (
	maxBrand  = 18
	maxSender = 11

	minExpiry, maxExpiry = 60, 3600
	minWait, maxWait     = 60, 900

	defaultSender = "VERIFY"

	strictDigits = 6
	strictExpiry = 600 * time.Second
)

var amountPattern = regexp.MustCompile(`\A[0-9]{1,9}(\.[0-9]{1,2})?\z`)

// Verify reads the parameters of a verification request, which param gives by name; a blank one counts as absent.
// It fails with fault.MissingParam, and when nothing is missing with InvalidParam, TooLong, InvalidCodeLength or
// PINCodeNotSupported, each with the parameter's name.
func (r Reader) Verify(param func(name string) string, t account.Terms) (Order, error) {
	return r.read(param, t, false)
}

// Payment reads the parameters of a PSD2 request. It fails as Verify does.
func (r Reader) Payment(param func(name string) string, t account.Terms) (Order, error) {
	return r.read(param, t, true)
}

func (r Reader) read(given func(string) string, t account.Terms, payment bool) (Order, error) {
	param := func(name string) string { return Present(given(name)) }
	name := "brand"
	mandatory := []string{"number", name}
	if payment {
		name = "payee"
		mandatory = []string{"number", name, "amount"}
	}
	for _, m := range mandatory {
		if param(m) == "" {
			return Order{}, fault.In(fault.MissingParam, m)
		}
	}
	f := &form{param: param}
	o := Order{Line: f.line(r)}
	if payment {
		o.Payee, o.Amount = f.name(name, t), f.amount()
	} else {
		o.Brand = f.name(name, t)
	}
	o.Client = f.client()
	o.Sender, o.Digits = f.short("sender_id", maxSender), f.digits(t)
	o.Locale, o.Type, o.Plan = f.locale(r, o.Line.Number, payment), f.lineType(), f.plan(t)
	if o.Sender == "" {
		o.Sender = defaultSender
	}
	if f.err == nil && param("pin_code") != "" {
		f.err = fault.In(fault.PINCodeNotSupported, "pin_code")
	}
	return o, f.err
}

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

func (f *form) line(r Reader) Line {
	line, err := r.Line(f.param("number"), f.param("country"))
	if err != nil {
		f.fail(err)
	}
	if line.Number.IsSandbox() {
		return SandboxLine(line.Number)
	}
	return line
}

func (f *form) locale(r Reader, n phone.Number, payment bool) string {
	locale, known := r.Locale(f.param("lg"), n, payment)
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

// link is what a phone may show as a link: a scheme, a host, an IPv4 address. A host ends in two
// letters or more, so "Web 2.0", "Dr. No" and "H.I.S." are none.
var link = regexp.MustCompile(`://|[\pL\pN][.。．｡]\pL\pL|[0-9]\.[0-9]+\.[0-9]+\.[0-9]`)

// name reads who asks.
func (f *form) name(name string, t account.Terms) string {
	text := f.short(name, maxBrand)
	if t.PlainBrand && link.MatchString(text) {
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

// parseAddress reads an IP address without a zone; an IPv4 address within IPv6 is IPv4.
func parseAddress(text string) (netip.Addr, bool) {
	address, err := netip.ParseAddr(text)
	return address.Unmap(), err == nil && address.Zone() == ""
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
			return strictDigits
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

func (f *form) lineType() LineType {
	switch t := strings.ToLower(f.param("require_type")); t {
	case "", "all":
		return ""
	case string(Mobile), string(Landline):
		return LineType(t)
	default:
		f.fail(fault.In(fault.InvalidParam, "require_type"))
		return ""
	}
}

func (f *form) plan(t account.Terms) Plan {
	id := max(1, f.integer("workflow_id", 1, workflows))
	expiry := time.Duration(f.integer("pin_expiry", minExpiry, maxExpiry)) * time.Second
	wait := time.Duration(f.integer("next_event_wait", minWait, maxWait)) * time.Second
	plan := newPlan(id, expiry, wait)
	if t.Strict && plan.Expiry > strictExpiry {
		f.fail(fault.In(fault.InvalidParam, "pin_expiry"))
	}
	return plan
}

// integer reads a decimal integer within bounds, with leading zeros or without; 0 when it is absent or at fault.
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
