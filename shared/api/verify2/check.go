package verify2

import (
	"net/http"
	"net/netip"

	"lineproof/shared/fault"
	"lineproof/shared/verification"
	"lineproof/shared/web"
)

// checkAnswer is the body of a check whose code was right.
type checkAnswer struct {
	RequestID string `json:"request_id"`
	Status    string `json:"status"`
}

// Check compares a code with that of the current step (POST /v2/verify/{id}). The code of a silent
// step that an upstream carries out is compared there.
func Check(p CheckPorts, outbox verification.Outbox) web.Endpoint {
	c, checker := callersOf(p), verification.NewChecker(p, outbox, verification.Nobody)
	checker.Remote = RemoteCodes(p, p.DeviceStore())
	return func(r *http.Request) (any, error) {
		who, body, err := c.identify(r)
		if err != nil {
			return nil, err
		}
		code, err := readCheck(body)
		if err != nil {
			return nil, err
		}
		id := requestID(r)
		if who.repeated {
			_, err = checker.CheckAgain(r.Context(), who.account, id, code)
		} else {
			_, err = checker.Check(r.Context(), who.account, id, code, netip.Addr{})
		}
		if err == nil || fault.Is(err, fault.WrongCode, fault.TooManyCodes) { // the account has it
			done(r, id, completed) // a failure's own code counts more
		}
		if err != nil {
			return nil, told(err)
		}
		return checkAnswer{verification.UUID(id), completed}, nil
	}
}

// longestCode is how many characters a code may have: those of silent steps have 20.
const longestCode = 64

// readCheck reads the body. A code that no step has is one all the same.
func readCheck(body []byte) (verification.PIN, error) {
	f, err := readForm(body)
	if err != nil {
		return verification.PIN{}, err
	}
	code := f.text("code", 1, longestCode, nil)
	if !f.has("code") {
		f.wrong("code", "`code` is required")
	}
	return verification.NewPIN(code), f.err()
}
