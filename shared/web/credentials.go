package web

import (
	"net/http"
	"strings"

	"lineproof/shared/fault"
)

// Bearer gives the request's bearer token (RFC 6750 §2.1). It fails with a fault.MissingCredentials
// without an Authorization header and a fault.InvalidCredentials when the header is not one bearer
// token.
func Bearer(r *http.Request) (string, error) {
	headers := r.Header.Values("Authorization")
	if len(headers) == 0 {
		return "", fault.New(fault.MissingCredentials)
	}
	scheme, credentials, _ := strings.Cut(headers[0], " ")
	credentials = strings.TrimSpace(credentials)
	if len(headers) > 1 || !strings.EqualFold(scheme, "Bearer") || credentials == "" {
		return "", fault.New(fault.InvalidCredentials)
	}
	return credentials, nil
}
