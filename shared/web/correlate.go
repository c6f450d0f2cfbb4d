package web

import (
	"net/http"

	"lineproof/shared/dialect"
	"lineproof/shared/fault"
)

// correlate gives the correlation value to echo, or "".
func correlate(wire *dialect.Wire, r *http.Request) (string, error) {
	name := wire.Correlation.Header
	if name == "" {
		return "", nil
	}
	value, _ := Header(r, name)
	if !wire.Correlation.Valid(value) {
		return "", fault.In(fault.InvalidHeader, name)
	}
	return value, nil
}
