package nexmo

import (
	"encoding/xml"
	"net/http"

	"lineproof/shared/fault"
	"lineproof/shared/verification"
	"lineproof/shared/web"
)

// searchAnswer is what a search tells of one verification, in the documents' order.
type searchAnswer struct {
	XMLName           xml.Name      `json:"-" xml:"verify_request"`
	RequestID         string        `json:"request_id" xml:"request_id"`
	AccountID         string        `json:"account_id" xml:"account_id"`
	Number            string        `json:"number" xml:"number"`
	SenderID          string        `json:"sender_id" xml:"sender_id"`
	Submitted         string        `json:"date_submitted" xml:"date_submitted"`
	Finalized         string        `json:"date_finalized" xml:"date_finalized"`
	Checks            []searchCheck `json:"checks" xml:"checks>check"`
	FirstEvent        string        `json:"first_event_date" xml:"first_event_date"`
	LastEvent         string        `json:"last_event_date" xml:"last_event_date"`
	Price             string        `json:"price" xml:"price"`
	Currency          string        `json:"currency" xml:"currency"`
	Status            string        `json:"status" xml:"status"`
	EstimatedMessages string        `json:"estimated_price_messages_sent" xml:"estimated_price_messages_sent"`
	Events            []searchEvent `json:"events" xml:"events>event"`
}

type searchCheck struct {
	Received string `json:"date_received" xml:"date_received"`
	Code     string `json:"code" xml:"code"`
	Status   string `json:"status" xml:"status"`
	Address  string `json:"ip_address" xml:"ip_address"`
}

type searchEvent struct {
	ID   string `json:"id" xml:"id"`
	Type string `json:"type" xml:"type"`
}

// searchAnswers is what a search by request_ids tells.
type searchAnswers struct {
	XMLName  xml.Name       `json:"-" xml:"verification_requests"`
	Requests []searchAnswer `json:"verification_requests" xml:"verify_request"`
}

// maxIDs is how many request_ids one search takes.
const maxIDs = 10

// states are the states as the Verify API spells them.
var states = map[verification.State]string{
	verification.InProgress: "IN PROGRESS",
	verification.Success:    "SUCCESS",
	verification.Failed:     "FAILED",
	verification.Expired:    "EXPIRED",
	verification.Cancelled:  "CANCELLED",
	verification.Superseded: "CANCELLED",
}

// Search reports on verifications (Verify API: Verify Search). A request_id asks for one, and beats
// request_ids, which ask for several.
func Search(p SearchPorts) web.Endpoint {
	a, searcher := p.Accounts(), verification.NewSearcher(p)
	return func(r *http.Request) (any, error) {
		c, _, err := identify(r, a)
		if err != nil {
			return nil, err
		}
		ids, one := c.params["request_ids"], c.param("request_id")
		if one != "" || len(ids) == 0 {
			if err := c.mandatory("request_id"); err != nil {
				return nil, err
			}
			ids = []string{one}
		}
		if len(ids) > maxIDs {
			return nil, fault.New(fault.TooManyIDs)
		}
		reports, err := searcher.Search(r.Context(), c.account.Key, ids)
		if err != nil {
			return nil, err
		}
		if one != "" {
			done(r.Context(), one, states[reports[0].State])
			return reported(reports[0], c), nil
		}
		answers := searchAnswers{Requests: make([]searchAnswer, len(reports))}
		for i, report := range reports {
			answers.Requests[i] = reported(report, c)
		}
		return answers, nil
	}
}

func reported(report verification.Report, c call) searchAnswer {
	answer := searchAnswer{
		RequestID:         report.RequestID,
		AccountID:         c.account.Key.String(),
		Number:            report.Number.Digits(),
		SenderID:          report.Sender,
		Submitted:         date(report.Submitted),
		Finalized:         date(report.Finalized),
		Checks:            []searchCheck{},
		FirstEvent:        date(report.First()),
		LastEvent:         date(report.Last()),
		Price:             euro(report.Charge()),
		Currency:          verification.Currency,
		Status:            states[report.State],
		EstimatedMessages: euro(report.MessageCost()),
		Events:            []searchEvent{},
	}
	for _, tried := range report.Tried {
		answer.Checks = append(
			answer.Checks,
			searchCheck{date(tried.At), tried.Code.Reveal(), validity(tried.Valid), tried.Address},
		)
	}
	for i, event := range report.Events {
		if event.Channel == verification.Silent { // this API knows none
			continue
		}
		answer.Events = append(
			answer.Events, searchEvent{report.EventID(i + 1), eventType(event.Channel)},
		)
	}
	return answer
}

func validity(valid bool) string {
	if valid {
		return "VALID"
	}
	return "INVALID"
}

// eventType gives a channel as the Verify API writes it.
func eventType(c verification.Channel) string {
	if c == verification.Voice {
		return "tts"
	}
	return "sms"
}
