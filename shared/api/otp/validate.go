package otp

import (
	"net/http"
	"unicode/utf8"

	"lineproof/shared/fault"
	"lineproof/shared/verification"
	"lineproof/shared/web"
)

// ValidateCode compares a code with the one that was sent (CAMARA validateCode), over its ports and
// an outbox. Whatever the code looks like, it is an attempt, unless the body is malformed.
func ValidateCode(p ValidatePorts, outbox verification.Outbox) web.Endpoint {
	b, validator := bearers(p), verification.NewValidator(p, outbox, p.Listener())
	return func(r *http.Request) (any, error) {
		client, err := authenticate(r, b)
		if err != nil {
			return nil, err
		}
		id, code, err := readValidate(r)
		if err != nil {
			return nil, err
		}
		owner, err := payer(r, client)
		if err != nil {
			return nil, err
		}
		err = validator.Validate(r.Context(), owner, id, code)
		if err == nil || fault.Is(err, fault.WrongCode, fault.TooManyCodes, fault.Ended) {
			done(r, id, "verified") // a failure's own code counts more
		}
		if err != nil {
			return nil, err
		}
		return web.Reply{Status: http.StatusNoContent}, nil
	}
}

// readValidate reads the body.
func readValidate(r *http.Request) (id string, code verification.PIN, err error) {
	members, err := object(r, fieldID, fieldCode)
	if err != nil {
		return "", verification.PIN{}, err
	}
	if id, err = members.Text(fieldID); err != nil {
		return "", verification.PIN{}, err
	}
	tried, err := members.Text(fieldCode)
	switch {
	case err != nil:
		return "", verification.PIN{}, err
	case !web.Wire(r).OneTime.IsID(id):
		return "", verification.PIN{}, fault.In(fault.InvalidField, fieldID)
	case utf8.RuneCountInString(tried) > maxCode:
		return "", verification.PIN{}, fault.In(fault.InvalidField, fieldCode)
	}
	return id, verification.NewPIN(tried), nil
}
