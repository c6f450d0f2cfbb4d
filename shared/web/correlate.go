package web

import (
	"net/http"
	"strings"

	"lineproof/shared/dialect"
	"lineproof/shared/fault"
)

// correlate gives the correlation value to echo, or "". The API Gateway adapter splits a header at its commas, drops the spaces
// around them, and net/http does neither; a list is the same with and without these spaces (RFC 9110 §5.6.1).
func correlate(wire *dialect.Wire, r *http.Request) (string, error) {
	name := wire.Correlation.Header
	if name == "" {
		return "", nil
	}
	parts := strings.Split(strings.Join(r.Header.Values(name), ","), ",")
	for i, part := range parts {
		parts[i] = strings.Trim(part, " ")
	}
	value := strings.Join(parts, ",")
	if !wire.Correlation.Valid(value) {
		return "", fault.In(fault.InvalidHeader, name)
	}
	return value, nil
}
