package server

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// guard refuses what a page of another origin has a browser send here. The local routes give away
// secrets and move the clock, so a name that leads to this machine (DNS rebinding) does not open
// them: the Host is one of this machine, unless the server was told to serve others, and an Origin
// is the Host's own.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !(s.remote || isLoopback(r.Host)) || !isOwn(r.Header.Get("Origin"), r.Host) {
			writeLocal(w, http.StatusForbidden, localError{"foreign Host or Origin"})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// isLoopback tells whether a Host header names this machine to itself.
func isLoopback(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]")
	}
	ip := net.ParseIP(name)
	return strings.EqualFold(name, "localhost") || ip != nil && ip.IsLoopback()
}

// isOwn tells whether an Origin header, if there is one, is that of a page of this host.
func isOwn(origin, host string) bool {
	if origin == "" {
		return true
	}
	page, err := url.Parse(origin)
	return err == nil && strings.EqualFold(page.Host, host)
}
