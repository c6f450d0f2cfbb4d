package nexmo

import (
	"regexp"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// Reader reads the parameters of verification requests.
type Reader struct {
	// Line reads number and country. It fails with a fault.InvalidParam that names the one at
	// fault.
	Line func(number, country string) (verification.Line, error)
	// Locale returns the locale that lg names, or that of the number when lg is empty, and whether
	// there is one.
	Locale func(lg, digits string, payment bool) (string, bool)
}

// The limits of the parameters (Verify API 1.1.7).
const (
	maxBrand  = 18
	maxSender = 11

	minExpiry, maxExpiry = 60, 3600
	minWait, maxWait     = 60, 900

	defaultSender = "VERIFY"
)

var amountPattern = regexp.MustCompile(`\A[0-9]{1,9}(\.[0-9]{1,2})?\z`)

// Verify reads the parameters of a verification request, which param gives by name; a blank one
// counts as absent. It fails with fault.MissingParam, and when nothing is missing with
// InvalidParam, TooLong, InvalidCodeLength or PINCodeNotSupported, each with the parameter's name.
func (r Reader) Verify(
	param func(name string) string, t account.Terms,
) (verification.Order, error) {
	return r.read(param, t, false)
}

// Payment reads the parameters of a PSD2 request. It fails as Verify does.
func (r Reader) Payment(
	param func(name string) string, t account.Terms,
) (verification.Order, error) {
	return r.read(param, t, true)
}

func (r Reader) read(
	given func(string) string, t account.Terms, payment bool,
) (verification.Order, error) {
	param := func(name string) string { return verification.Present(given(name)) }
	name := "brand"
	mandatory := []string{"number", name}
	if payment {
		name = "payee"
		mandatory = []string{"number", name, "amount"}
	}
	for _, m := range mandatory {
		if param(m) == "" {
			return verification.Order{}, fault.In(fault.MissingParam, m)
		}
	}
	f := &form{param: param}
	o := verification.Order{Line: f.line(r)}
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
