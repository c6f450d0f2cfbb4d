package server

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/phone"
	"lineproof/shared/urlencoded"
	"lineproof/shared/verification"
)

// listedMessage is a message as GET /local/messages shows it.
type listedMessage struct {
	RequestID string               `json:"request_id"`
	Event     int                  `json:"event"`
	Channel   verification.Channel `json:"channel"`
	To        string               `json:"to"`
	From      string               `json:"from"`
	Text      string               `json:"text"`
	PIN       string               `json:"pin"`
	SentAt    time.Time            `json:"sent_at"`
}

// listMessages shows what was sent to a number or for a request_id, once what is under way has
// arrived.
func (s *Server) listMessages(r *http.Request) (any, error) {
	query := urlencoded.Parse(r.URL.RawQuery)
	asked := query.Get("request_id")
	id := undashed(asked)
	var to phone.Number
	// a '+' that nobody escaped reads as a space
	if text := strings.TrimSpace(query.Get("number")); text != "" {
		var err error
		if to, err = phone.ParseOptionalPlus(text); err != nil {
			return nil, fault.In(fault.InvalidParam, "number")
		}
	}
	s.outbox.Run(r.Context(), s.dispatcher.Deliver)
	// one that met others is handed out again
	for len(s.inbox.Messages(id, to)) == 0 && s.outbox.Await(r.Context(), id) {
		s.outbox.Run(r.Context(), s.dispatcher.Deliver)
	}
	listed := []listedMessage{}
	for _, m := range s.inbox.Messages(id, to) {
		listed = append(
			listed,
			listedMessage{
				cmp.Or(asked, m.RequestID),
				m.Event,
				m.Channel,
				m.To.E164(),
				m.From,
				m.Text,
				m.PIN.Reveal(),
				m.At.UTC(),
			},
		)
	}
	return listed, nil
}
