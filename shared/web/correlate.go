package web

import (
	"net/http"
	"strings"

	"lineproof/shared/dialect"
	"lineproof/shared/fault"
)

// correlate gives the correlation value to echo, or "". The API Gateway adapter splits a header at its commas and net/http
// does not; joining brings both to the same value.
func correlate(wire *dialect.Wire, r *http.Request) (string, error) {
	name := wire.Correlation.Header
	if name == "" {
		return "", nil
	}
	value := strings.Join(r.Header.Values(name), ",")
	if !wire.Correlation.Valid(value) {
		return "", fault.In(fault.InvalidHeader, name)
	}
	return value, nil
}
