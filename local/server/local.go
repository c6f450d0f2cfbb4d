package server

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/network"
	"lineproof/shared/urlencoded"
	"lineproof/shared/web"
)

// localRoutes serves what only the local program has. Whoever reaches it may do everything, so it
// listens on loopback unless told otherwise, and no foreign page gets through (see guard).
func (s *Server) localRoutes(log *slog.Logger) (http.Handler, error) {
	docs, err := browser()
	mux := http.NewServeMux()
	mux.Handle("GET "+browserPath, docs)
	mux.HandleFunc("GET "+documentsPath+"{file}", s.document)
	mux.HandleFunc("GET /{$}", s.page)
	mux.HandleFunc("GET /local/callback", s.answering(callback))
	mux.HandleFunc("GET /local/sandbox", s.answering(s.listSandbox))
	mux.HandleFunc("GET /local/messages", s.answering(s.listMessages))
	mux.HandleFunc("GET "+callbacksPath, s.answering(s.listCallbacks))
	mux.HandleFunc("POST "+callbacksPath, takeCallback)
	mux.HandleFunc("POST /local/clock", s.answering(s.advance))
	mux.HandleFunc("POST /local/sessions", s.answering(s.putSession))
	mux.HandleFunc("PUT /local/upstreams/{name}", s.answering(s.putUpstream))
	mux.HandleFunc("DELETE /local/upstreams/{name}", s.answering(s.endUpstream))
	mux.HandleFunc("POST /local/reset", s.answering(s.reset))
	mux.HandleFunc("POST /local/admin", s.answering(s.administer))
	return s.guarded(log, mux), err
}

// localError is the error body of the /local/ routes.
type localError struct {
	Error string `json:"error"`
}

// answering writes what a local route gives: 200 with JSON, or 400 with the failure's kind and
// parameter.
func (s *Server) answering(route func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		status, answer := http.StatusOK, any(nil)
		answer, err := route(r)
		if err != nil {
			failure := fault.As(err)
			web.Note(r.Context(), web.Outcome, failure.Kind.String())
			status, answer = localStatus(failure.Kind), localError{
				(&fault.Error{Kind: failure.Kind, Param: failure.Param}).Error(),
			}
		}
		writeLocal(w, status, answer)
	}
}

func writeLocal(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // the client may be gone; nobody is left to tell
}

func localStatus(kind fault.Kind) int {
	if kind.Ours() {
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

// callback is the redirect_uri of the pages here: it shows what one is sent back with.
func callback(r *http.Request) (any, error) {
	back := map[string]string{}
	for name, values := range urlencoded.Parse(r.URL.RawQuery) {
		back[name] = values[0]
	}
	return back, nil
}

func (s *Server) listSandbox(*http.Request) (any, error) { return s.sandbox.listing, nil }

// clockAnswer is the body of POST /local/clock.
type clockAnswer struct {
	Now time.Time `json:"now"`
}

// advance moves the clock.
func (s *Server) advance(r *http.Request) (any, error) {
	body, err := web.AnyObject(r)
	if err != nil {
		return nil, err
	}
	text, err := body.Text("advance")
	if err != nil {
		return nil, err
	}
	by, err := time.ParseDuration(text)
	if err != nil || by < 0 {
		return nil, fault.In(fault.InvalidField, "advance")
	}
	move := func(step time.Duration) { s.clock.Advance(step) }
	s.outbox.Advance(r.Context(), by, move, s.dispatcher.Deliver)
	return clockAnswer{s.clock.Now().UTC()}, nil
}

// sessionOrder is the body of POST /local/sessions: a record that begins now.
type sessionOrder struct {
	network.Record
	Seconds int `json:"seconds"`
}

// putSession puts a mobile session into the directory.
func (s *Server) putSession(r *http.Request) (any, error) {
	raw, err := web.Body(r)
	if err != nil {
		return nil, err
	}
	var order sessionOrder
	if err := json.Unmarshal(raw, &order); err != nil {
		return nil, fault.New(fault.InvalidBody)
	}
	if order.Seconds <= 0 || order.Seconds > int(network.MaxSession/time.Second) {
		return nil, fault.In(fault.InvalidField, "seconds")
	}
	start := s.clock.Now().UTC()
	end := start.Add(time.Duration(order.Seconds) * time.Second)
	order.Start, order.End = start.Format(time.RFC3339), end.Format(time.RFC3339)
	session, err := order.Record.Session(network.MaxSession)
	if err != nil {
		return nil, err
	}
	// to the instant: of two put in one second, the later is the newer
	session.Start, session.End = start, end
	return struct {
		Start time.Time `json:"start"`
		End   time.Time `json:"end"`
	}{session.Start, session.End}, s.stores.Sessions.PutSession(r.Context(), session)
}

// reset brings back real time and forgets everything but clients, accounts and keys.
func (s *Server) reset(r *http.Request) (any, error) {
	s.clock.Reset()
	s.outbox.Reset()
	s.inbox.Reset()
	s.sent.reset()
	s.upstreamSecrets.Reset()
	s.steps.reset()
	if err := s.stores.Reset(r.Context()); err != nil {
		return nil, err
	}
	return clockAnswer{s.clock.Now().UTC()}, fund(r.Context(), s.stores.Accounts)
}
