package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"lineproof/shared/fault"
	"lineproof/shared/urlencoded"
)

// Form reads the parameters of an OAuth request as [Values] does and fails with a
// fault.InvalidParam when one is repeated.
func Form(r *http.Request) (url.Values, error) {
	values, err := Values(r)
	if err != nil {
		return nil, err
	}
	return values, Single(values)
}

// oauthParameters are those that our endpoints know, of OAuth, OpenID Connect and CIBA.
var oauthParameters = []string{
	"assertion",
	"auth_req_id",
	"carrier_hint",
	"client_assertion",
	"client_assertion_type",
	"client_id",
	"client_secret",
	"code",
	"code_challenge",
	"code_challenge_method",
	"code_verifier",
	"error",
	"grant_type",
	"id_token_hint",
	"iss",
	"login_hint",
	"login_hint_token",
	"nonce",
	"prompt",
	"redirect_uri",
	"refresh_token",
	"request",
	"request_uri",
	"response_mode",
	"response_type",
	"scope",
	"state",
	"token",
	"token_type_hint",
}

// Values reads the parameters of an OAuth request: the query of a GET, the form of a POST, never
// both, for a secret has no place in a URL. A parameter without a value counts as absent, and
// unknown ones are ignored, whatever they hold (RFC 6749 §3.1). It fails as [Body] does, with a
// fault.UnsupportedMediaType, and with a fault.BadRequest when a parameter is not UTF-8.
func Values(r *http.Request) (url.Values, error) {
	if r.Method == http.MethodGet {
		return known(urlencoded.Parse(r.URL.RawQuery))
	}
	if err := media(r); err != nil {
		return nil, err
	}
	body, err := Body(r)
	if err != nil {
		return nil, err
	}
	return known(urlencoded.Parse(string(body)))
}

// Single fails with a fault.InvalidParam when a parameter is repeated (RFC 6749 §3.1).
func Single(values url.Values) error {
	for _, all := range values {
		if len(all) > 1 {
			return fault.New(fault.InvalidParam)
		}
	}
	return nil
}

var errNoForm = fault.Wrap(fault.BadRequest, errors.New("web: a parameter is not UTF-8"))

// known gives the parameters that OAuth knows and that have a value.
func known(all url.Values) (url.Values, error) {
	values := url.Values{}
	for _, name := range oauthParameters {
		given := slices.DeleteFunc(all[name], isEmpty)
		if !urlencoded.UTF8(given) {
			return nil, errNoForm
		}
		if len(given) > 0 {
			values[name] = given
		}
	}
	return values, nil
}

func isEmpty(text string) bool { return text == "" }
