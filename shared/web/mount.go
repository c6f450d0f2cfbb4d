// Package web owns the way from an HTTP request to an answer: it finds the route, reads and checks
// bodies and credentials, echoes the correlation header, recovers panics, turns failures into the
// wire's own errors and writes exactly once.
//
// An [Endpoint] never sees a ResponseWriter. [Mount] turns it into the one http.Handler that Lambda
// and the local server both serve; nothing below it behaves differently behind API Gateway and
// behind net/http.
package web

import (
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"

	"lineproof/shared/fault"
	"lineproof/shared/wire"
)

// Endpoint answers one operation in every wire that serves it: with what the wire's codec writes as
// a 200, with a [Reply], or with an error, which the wire turns into its own.
type Endpoint func(*http.Request) (any, error)

// Mount gives the handler of an endpoint's routes. A request that no route takes is answered with a
// 404 or 405 by the wire nearest to its path, so Mount(log, nil, nil) serves what is left over by
// all others.
func Mount(log *slog.Logger, endpoint Endpoint, routes []wire.Route) http.Handler {
	return &handler{log: log, endpoint: endpoint, routes: wire.Index(routes)}
}

type handler struct {
	log      *slog.Logger
	endpoint Endpoint
	routes   wire.RouteTable
}

// ServeHTTP finds the route, asks the endpoint and writes its answer.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	route, endpoint := h.route(r)
	values, _ := wire.Values(route.Path, r.URL.Path)
	for _, v := range values {
		r.SetPathValue(v.Name, v.Text)
	}
	r, line := Begin(r, route)
	correlator, err := correlate(route.Wire, r)
	var reply Reply
	if err == nil {
		reply, err = h.ask(endpoint, r)
	}
	if err != nil {
		reply = failed(route.Wire, r, fault.As(err))
	}
	if correlator != "" {
		reply = reply.With(route.Wire.Correlation.Header, correlator)
	}
	status := write(w, r.Method, route.Wire, reply)
	path := route.Path
	if path == "" {
		path = Familiar(r.URL.Path)
	}
	line.End(r.Context(), h.log, Answered{r.Method, path, status, reply.Failure})
}

// route gives the request's route with its endpoint, or the nearest wire's refusal.
func (h *handler) route(r *http.Request) (wire.Route, Endpoint) {
	if route, ok := h.routes.Match(r.Method, r.URL.Path); ok && wire.Takes(route, r.URL.Path) {
		return route, h.endpoint
	}
	if _, w := wire.Allowed(r.URL.Path); w != nil {
		return wire.Route{Operation: wire.Unmatched, Wire: w}, methodNotAllowed
	}
	return wire.Route{Operation: wire.Unmatched, Wire: wire.Nearest(r.URL.Path)}, notFound
}

func methodNotAllowed(*http.Request) (any, error) { return nil, fault.New(fault.MethodNotAllowed) }
func notFound(*http.Request) (any, error)         { return nil, fault.New(fault.NotFound) }

// ask calls the endpoint and turns a panic into a failure. The panic's value may hold anything, so
// only a runtime error's is logged; the stack holds no values.
func (h *handler) ask(endpoint Endpoint, r *http.Request) (reply Reply, err error) {
	defer func() {
		if value := recover(); value != nil {
			cause, _ := value.(runtime.Error)
			h.log.ErrorContext(r.Context(), "panic", "error", cause, "stack", string(debug.Stack()))
			err = fault.New(fault.Internal)
		}
	}()
	if err := acceptable(r); err != nil {
		return Reply{}, err
	}
	answer, err := endpoint(r)
	if err != nil {
		return Reply{}, err
	}
	if reply, ok := answer.(Reply); ok {
		return reply, nil
	}
	return Reply{Status: http.StatusOK, Body: answer}, nil
}

// acceptable checks the Accept header against the wire that cares (RFC 9110 §12.5.1).
func acceptable(r *http.Request) error {
	want := Wire(r).Accept
	accept := r.Header.Values("Accept")
	if want == "" || len(accept) == 0 {
		return nil
	}
	group, _, _ := strings.Cut(want, "/")
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		media, parameters, _ := strings.Cut(strings.TrimSpace(part), ";")
		media = strings.ToLower(strings.TrimSpace(media))
		if (media == want || media == group+"/*" || media == "*/*") && !refused(parameters) {
			return nil
		}
	}
	return fault.In(fault.NotAcceptable, "Accept")
}

// refused tells whether a media range has the weight 0.
func refused(parameters string) bool {
	q := strings.ReplaceAll(parameters, " ", "")
	return q == "q=0" || q == "q=0.0" || q == "q=0.00" || q == "q=0.000"
}

// Route gives the route that the request came by; the zero Route outside Mount.
func Route(r *http.Request) wire.Route {
	if line := lineOf(r.Context()); line != nil {
		return line.route
	}
	return wire.Route{}
}

// Wire gives the wire in which the request is to be read and answered.
func Wire(r *http.Request) *wire.Wire { return Route(r).Wire }
