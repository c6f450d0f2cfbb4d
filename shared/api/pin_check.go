package api

import (
	"encoding/xml"
	"net/http"

	"lineproof/shared/fault"
	"lineproof/shared/pin"
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

// PINCheck compares a code with the PIN (Verify API: Verify Check).
func PINCheck(a Accounts, checker pin.Checker) web.Endpoint {
	return func(r *http.Request) (any, error) {
		c, err := a.spend(r)
		if err != nil {
			return nil, err
		}
		if err := c.mandatory("request_id", "code"); err != nil {
			return nil, err
		}
		id := c.param("request_id")
		v, err := checker.Check(r.Context(), c.account.Key, id, c.param("code"), c.param("ip_address"))
		if err == nil || fault.Is(err, fault.WrongCode, fault.TooManyCodes) { // the account has it
			done(r.Context(), id, "0") // a failure's own status counts more
		}
		if err != nil {
			return nil, err
		}
		return checkAnswer{
			RequestID:         id,
			Status:            "0",
			EventID:           lastEventID(v),
			Price:             euro(v.Charge()),
			Currency:          pin.Currency,
			EstimatedMessages: euro(v.MessageCost()),
		}, nil
	}
}
