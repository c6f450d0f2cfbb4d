package verify2

import (
	"lineproof/shared/account"
	"lineproof/shared/grant"
	"lineproof/shared/verification"
)

// Order reads a request.
func (r Reader) Order(
	body []byte, application grant.Client, t account.Terms,
) (verification.Order, error) {
	nowhere := func(verification.Line, verification.Means) (bool, error) { return false, nil }
	o, _, err := r.order(body, application, t, nowhere)
	return o, err
}

// ReadCheck reads the body of a check.
func ReadCheck(body []byte) (verification.PIN, error) { return readCheck(body) }
