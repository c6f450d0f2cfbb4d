package token

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"time"

	"lineproof/shared/fault"
)

// aboutToken are the claims of a request object that concern the JWT itself and are no request
// parameters.
var aboutToken = []string{"iss", "aud", "exp", "nbf", "iat", "jti"}

// RequestObject verifies a signed request object (RFC 9101, OpenID Connect Core §6; for CIBA, CIBA
// Core §7.1.1) under CAMARA's profile: iss is the client, aud holds one of audiences, iat, exp and
// jti are there, and it lives at most 300 s. It must have no sub, so that neither a client
// assertion nor a bearer assertion passes for a request object (RFC 9101 §10.8).
//
// It gives the request parameters: strings as they are, numbers and booleans as text, objects and
// arrays as JSON, nulls left out. A request object within it is refused. It fails with a
// fault.InvalidRequestObject.
func RequestObject(
	raw string, keys Ring, client string, audiences []string, now time.Time,
) (url.Values, Once, error) {
	c, s, err := signedBy(raw, keys, client, audiences, now, "", "jwt", "oauth-authz-req+jwt")
	if err == nil {
		err = requesting(c, s, client)
	}
	if err != nil {
		return nil, Once{}, fault.Wrap(fault.InvalidRequestObject, err)
	}
	o, err := once("request", client, c, s.expires)
	if err != nil {
		return nil, Once{}, fault.Wrap(fault.InvalidRequestObject, err)
	}
	return c.parameters(), o, nil
}

// requesting checks the claims that a request object alone must or must not have.
func requesting(c claims, s span, client string) error {
	id, named := c["client_id"]
	switch {
	case s.issued.IsZero():
		return errMissing
	case c["sub"] != nil:
		return errSubject
	case named && id != client:
		return errClient
	case c["request"] != nil || c["request_uri"] != nil:
		return errNested
	}
	return nil
}

// parameters gives all claims that are no claims about the token, as text.
func (c claims) parameters() url.Values {
	values := url.Values{}
	for name, value := range c {
		if value == nil || slices.Contains(aboutToken, name) {
			continue
		}
		values.Set(name, plain(value))
	}
	return values
}

// plain gives a JSON value as a parameter's text.
func plain(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	default:
		text, _ := json.Marshal(v) // what JSON gave, JSON takes
		return string(text)
	}
}
