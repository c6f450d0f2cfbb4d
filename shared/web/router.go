package web

import (
	"log/slog"
	"net/http"

	"lineproof/shared/wire"
)

// Router gives the handler of all routes of these operations in one program, which does what API
// Gateway does between functions: a request goes to the operation whose route it takes, and what no
// route takes is answered as by Mount(log, nil, nil).
func Router(log *slog.Logger, endpoints map[wire.Operation]Endpoint) http.Handler {
	handlers := map[wire.Operation]http.Handler{}
	for operation, endpoint := range endpoints {
		handlers[operation] = Mount(log, endpoint, wire.Routes(operation))
	}
	unmatched := Mount(log, nil, nil)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler := unmatched
		if route, ok := wire.Match(r.Method, r.URL.Path); ok && handlers[route.Operation] != nil {
			handler = handlers[route.Operation]
		}
		handler.ServeHTTP(w, r)
	})
}
