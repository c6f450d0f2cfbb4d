package fallback

import (
	"encoding/json"
	"fmt"
	"time"

	"lineproof/shared/phone"
	"lineproof/shared/verification"
)

// requestMembers is a Request as it is sealed.
type requestMembers struct {
	Number        string            `json:"number"` // E.164
	Purpose       string            `json:"purpose,omitempty"`
	Token         map[string]string `json:"token,omitempty"`
	Authorization string            `json:"authorization,omitempty"`
	Params        map[string]string `json:"pin"`
	Order         *orderMembers     `json:"order,omitempty"` // none in what former builds sealed
}

// orderMembers is a verification.Order but for its number, and for what the PIN step says of it.
type orderMembers struct {
	Country string                `json:"country,omitempty"`
	Line    verification.LineType `json:"line,omitempty"`
	Brand   string                `json:"brand,omitempty"`
	Payee   string                `json:"payee,omitempty"`
	Amount  string                `json:"amount,omitempty"`
	Sender  string                `json:"sender"`
	Locale  string                `json:"locale"`
	Digits  int                   `json:"digits"`
	Type    verification.LineType `json:"type,omitempty"`
	Client  string                `json:"client,omitempty"`
	Steps   []stepMembers         `json:"steps"`
	Expiry  time.Duration         `json:"expiry"` // nanoseconds
}

// stepMembers is a verification.Step.
type stepMembers struct {
	Channel verification.Channel `json:"channel"`
	Wait    time.Duration        `json:"wait,omitempty"` // nanoseconds
}

func encodeRequest(q Request) ([]byte, error) {
	o := q.Order
	m := orderMembers{
		Country: o.Line.Country,
		Line:    o.Line.Type,
		Brand:   o.Brand,
		Payee:   o.Payee,
		Amount:  o.Amount,
		Sender:  o.Sender,
		Locale:  o.Locale,
		Digits:  o.Digits,
		Type:    o.Type,
		Client:  o.Client,
		Expiry:  o.Plan.Expiry,
	}
	for _, s := range o.Plan.Steps {
		m.Steps = append(m.Steps, stepMembers{s.Channel, s.Wait})
	}
	return json.Marshal(requestMembers{
		Number: o.Line.Number.E164(), Purpose: q.Purpose, Token: q.Token,
		Authorization: q.Authorization, Params: q.Params, Order: &m,
	})
}

func decodeRequest(text []byte) (Request, error) {
	var m requestMembers
	if err := json.Unmarshal(text, &m); err != nil {
		return Request{}, fmt.Errorf("fallback: read request: %w", err)
	}
	number, err := phone.Parse(m.Number)
	if err != nil {
		return Request{}, fmt.Errorf("fallback: read request: %w", err)
	}
	q := Request{
		Purpose: m.Purpose, Token: m.Token, Authorization: m.Authorization, Params: m.Params,
	}
	if m.Order != nil {
		q.Order = m.Order.order()
	}
	q.Order.Line.Number = number
	return q, nil
}

func (m orderMembers) order() verification.Order {
	o := verification.Order{
		Line:  verification.Line{Country: m.Country, Type: m.Line},
		Brand: m.Brand, Payee: m.Payee, Amount: m.Amount, Sender: m.Sender, Locale: m.Locale,
		Digits: m.Digits, Type: m.Type, Client: m.Client, Plan: verification.Plan{Expiry: m.Expiry},
	}
	for _, s := range m.Steps {
		o.Plan.Steps = append(o.Plan.Steps, verification.Step{Channel: s.Channel, Wait: s.Wait})
	}
	return o
}

// former tells whether a build sealed the request that did not read orders first.
func (q Request) former() bool { return len(q.Order.Plan.Steps) == 0 }
