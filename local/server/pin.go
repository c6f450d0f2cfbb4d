package server

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/api/nexmo"
	"lineproof/shared/dialect"
	"lineproof/shared/fallback"
	"lineproof/shared/fault"
	"lineproof/shared/message"
	"lineproof/shared/numbering"
	"lineproof/shared/phone"
	"lineproof/shared/pin"
	"lineproof/shared/sms"
	"lineproof/shared/urlencoded"
	"lineproof/shared/web"
)

// pinEndpoints wires the operations of the Verify API.
func (s *Server) pinEndpoints(k keys) map[dialect.Operation]web.Endpoint {
	now, ids := s.clock.Now, pin.IDKeys(k.pins)
	accounts := nexmo.Accounts{
		Authenticator: account.Authenticator{
			Accounts: s.stores.accounts, Peppers: k.accountPeppers, Now: now,
		},
		Replays: s.stores.replays,
	}
	ended := fallback.Recorder{Store: s.stores.fallbacks}.Ended
	requester := pin.Requester{Store: s.stores.pins, Outbox: s.outbox, Keys: k.pins, Now: now}
	searcher := pin.Searcher{Store: s.stores.pins, Keys: ids, Now: now}
	return map[dialect.Operation]web.Endpoint{
		dialect.PINRequest: nexmo.Request(nexmo.Requests{
			Accounts: accounts, Peppers: k.accountPeppers,
			Reader:    nexmo.Reader{Line: numbering.Parse, Locale: message.LocaleFor},
			Requester: requester, Random: rand.Reader,
		}),
		dialect.PINCheck: nexmo.Check(accounts, pin.Checker{
			Store: s.stores.pins, Outbox: s.outbox, Ended: ended, Keys: k.pins,
			Now: now, Random: rand.Reader,
		}),
		dialect.PINSearch: nexmo.Search(accounts.Authenticator, searcher),
		dialect.PINControl: nexmo.Control(accounts, pin.Controller{
			Store: s.stores.pins, Outbox: s.outbox, Ended: ended, Keys: ids, Now: now,
		}),
		dialect.NetworkUnblock: nexmo.Unblock(accounts, pin.Unblocker{Store: s.stores.pins, Now: now}),
	}
}

// newCourier sends every message into the inbox, as far as its test number lets it.
func (s *Server) newCourier(k keys, log *slog.Logger) pin.Courier {
	return pin.Courier{
		Store: s.stores.pins, Outbox: s.outbox, Sender: sms.Sandbox{Inbox: s.inbox, Next: s.inbox},
		Keys: k.pins, Now: s.clock.Now, Random: rand.Reader, Log: log, Ended: s.waiting.Ended,
	}
}

// listedMessage is a message as GET /local/messages shows it.
type listedMessage struct {
	RequestID string      `json:"request_id"`
	Event     int         `json:"event"`
	Channel   pin.Channel `json:"channel"`
	To        string      `json:"to"`
	From      string      `json:"from"`
	Text      string      `json:"text"`
	PIN       string      `json:"pin"`
	SentAt    time.Time   `json:"sent_at"`
}

// listMessages shows what was sent to a number or for a request_id, once what is under way has arrived.
func (s *Server) listMessages(r *http.Request) (any, error) {
	query := urlencoded.Parse(r.URL.RawQuery)
	id := query.Get("request_id")
	var to phone.Number
	if text := strings.TrimSpace(query.Get("number")); text != "" { // a '+' that nobody escaped reads as a space
		var err error
		if to, err = phone.ParseOptionalPlus(text); err != nil {
			return nil, fault.In(fault.InvalidParam, "number")
		}
	}
	s.outbox.Settle(r.Context(), s.courier.Deliver)
	for len(s.inbox.Messages(id, to)) == 0 && s.outbox.Await(r.Context(), id) { // the first message was faster than its record
		s.outbox.Settle(r.Context(), s.courier.Deliver)
	}
	listed := []listedMessage{}
	for _, m := range s.inbox.Messages(id, to) {
		listed = append(listed, listedMessage{m.RequestID, m.Event, m.Channel, m.To.E164(), m.From, m.Text, m.PIN.Reveal(), m.At.UTC()})
	}
	return listed, nil
}
