package oauth

import (
	"encoding/base64"
	"strings"

	"lineproof/shared/urlencoded"
)

// Credentials is what an Authorization header holds, of what clients authenticate with. The zero
// value is a request without one.
type Credentials struct {
	given          bool   // there is a header, whatever it holds
	basic          bool   // it holds a client_id and its secret
	client, secret string // of HTTP Basic
	bearer         string // the token of a Bearer header
}

// ParseCredentials reads the values of the Authorization headers: a client_id and its secret by
// HTTP Basic (RFC 7617), each of them form-encoded (RFC 6749 §2.3.1), or one bearer token (RFC 6750
// §2.1). Anything else is a header that authenticates nobody.
func ParseCredentials(headers ...string) Credentials {
	if len(headers) == 0 || headers[0] == "" {
		return Credentials{}
	}
	c := Credentials{given: true}
	scheme, text, _ := strings.Cut(headers[0], " ")
	switch {
	case strings.EqualFold(scheme, "Basic"):
		c.client, c.secret, c.basic = parseBasic(text)
	case strings.EqualFold(scheme, "Bearer") && len(headers) == 1:
		c.bearer = strings.TrimSpace(text)
	}
	return c
}

func parseBasic(text string) (client, secret string, ok bool) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", "", false
	}
	client, secret, ok = strings.Cut(string(raw), ":")
	if !ok {
		return "", "", false
	}
	return urlencoded.Unescape(client), urlencoded.Unescape(secret), true
}
