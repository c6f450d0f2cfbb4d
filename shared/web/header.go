package web

import (
	"net/http"
	"strings"
)

// Header returns a header that is one value, whatever it holds; given says whether it was sent. The
// API Gateway adapter splits a header at its commas and drops the spaces around them, and net/http
// does neither: so here the parts stand together again, without these spaces, which mean nothing in
// a list (RFC 9110 §5.6.1).
func Header(r *http.Request, name string) (value string, given bool) {
	sent := r.Header.Values(name)
	parts := strings.Split(strings.Join(sent, ","), ",")
	for i, part := range parts {
		parts[i] = strings.Trim(part, " ")
	}
	return strings.Join(parts, ","), len(sent) > 0
}
