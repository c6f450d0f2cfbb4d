package web

import (
	"net/http"

	"lineproof/shared/fault"
	"lineproof/shared/wire"
)

// correlate gives the correlation value to echo, or "".
func correlate(w *wire.Wire, r *http.Request) (string, error) {
	name := w.Correlation.Header
	if name == "" {
		return "", nil
	}
	value, _ := Header(r, name)
	if !w.Correlation.Valid(value) {
		return "", fault.In(fault.InvalidHeader, name)
	}
	return value, nil
}
