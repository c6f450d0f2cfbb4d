package nexmo

import (
	"encoding/xml"
	"net/http"
	"net/netip"

	"lineproof/shared/fault"
	"lineproof/shared/verification"
	"lineproof/shared/web"
)

// checkAnswer is the body of a check whose code was right.
type checkAnswer struct {
	XMLName           xml.Name `json:"-" xml:"verify_response"`
	RequestID         string   `json:"request_id" xml:"request_id"`
	Status            string   `json:"status" xml:"status"`
	EventID           string   `json:"event_id" xml:"event_id"`
	Price             string   `json:"price" xml:"price"`
	Currency          string   `json:"currency" xml:"currency"`
	EstimatedMessages string   `json:"estimated_price_messages_sent" xml:"estimated_price_messages_sent"`
}

// Check compares a code with the PIN (Verify API: Verify Check).
func Check(p CheckPorts, outbox verification.Outbox) web.Endpoint {
	a, checker := accountsOf(p), verification.NewChecker(p, outbox, p.Listener())
	return func(r *http.Request) (any, error) {
		c, err := a.spend(r)
		if err != nil {
			return nil, err
		}
		if err := c.mandatory("request_id", "code"); err != nil {
			return nil, err
		}
		id := c.param("request_id")
		code, address, err := tried(c)
		if err != nil {
			return nil, err
		}
		v, err := checker.Check(r.Context(), c.account.Key, id, code, address)
		if err == nil || fault.Is(err, fault.WrongCode, fault.TooManyCodes) { // the account has it
			done(r.Context(), id, "0") // a failure's own status counts more
		}
		if err != nil {
			return nil, err
		}
		return checkAnswer{
			RequestID:         written(id),
			Status:            "0",
			EventID:           lastEventID(v),
			Price:             euro(v.Charge()),
			Currency:          verification.Currency,
			EstimatedMessages: euro(v.MessageCost()),
		}, nil
	}
}

// tried reads the code of a check, and ip_address, from where the end user entered it.
func tried(c call) (code verification.PIN, address netip.Addr, err error) {
	if code, err = ParseCode(c.param("code")); err != nil {
		return code, address, err
	}
	if text := c.param("ip_address"); text != "" {
		var ok bool
		if address, ok = parseAddress(text); !ok {
			return code, address, fault.In(fault.InvalidParam, "ip_address")
		}
	}
	return code, address, nil
}
