package server

import (
	"log/slog"
	"net/http"
	"strings"

	"lineproof/shared/web"
	"lineproof/shared/wire"
)

// guarded serves the local routes to those whom the guard lets in. Each request leaves the line
// that one of the product's own routes leaves.
func (s *Server) guarded(log *slog.Logger, routes *http.ServeMux) http.Handler {
	guarded := s.guard(routes)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r, line := web.Begin(r, wire.Route{})
		answer := &watched{w, http.StatusOK}
		guarded.ServeHTTP(answer, r)
		line.End(r.Context(), log, web.Answered{
			Method: r.Method, Path: localPath(routes, r), Status: answer.status,
		})
	})
}

// localPath returns the path of the route that the request takes, or would take with another
// method: no query, and nothing that the client made up.
func localPath(routes *http.ServeMux, r *http.Request) string {
	for _, method := range []string{r.Method, http.MethodGet, http.MethodPost} {
		asked := &http.Request{Method: method, Host: r.Host, URL: r.URL}
		if _, pattern := routes.Handler(asked); pattern != "" {
			_, path, _ := strings.Cut(pattern, " ")
			return strings.TrimSuffix(path, "{$}")
		}
	}
	return web.Familiar(r.URL.Path)
}

// watched is a ResponseWriter that remembers the status.
type watched struct {
	http.ResponseWriter
	status int
}

// WriteHeader remembers the status and sends it.
func (w *watched) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}
