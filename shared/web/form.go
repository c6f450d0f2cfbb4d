package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"lineproof/shared/fault"
)

// Form reads the parameters of an OAuth request as [Values] does and fails with a fault.InvalidParam when one is repeated.
func Form(r *http.Request) (url.Values, error) {
	values, err := Values(r)
	if err != nil {
		return nil, err
	}
	return values, Single(values)
}

// Values reads the parameters of an OAuth request: the query of a GET, the form of a POST, never both, for a secret has no
// place in a URL. A parameter without a value counts as absent (RFC 6749 §3.1). It fails as [Body] does, with a
// fault.UnsupportedMediaType, and with a fault.BadRequest for what is no form.
func Values(r *http.Request) (url.Values, error) {
	if r.Method == http.MethodGet {
		return parse(r.URL.RawQuery)
	}
	if err := media(r); err != nil {
		return nil, err
	}
	body, err := Body(r)
	if err != nil {
		return nil, err
	}
	return parse(string(body))
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

var errNoForm = fault.Wrap(fault.BadRequest, errors.New("web: not a form"))

func parse(encoded string) (url.Values, error) {
	values, err := url.ParseQuery(encoded)
	if err != nil {
		return nil, errNoForm // the cause would quote what the client sent
	}
	for name, all := range values {
		if !utf8.ValidString(name + strings.Join(all, "")) {
			return nil, errNoForm
		}
		if values[name] = slices.DeleteFunc(all, isEmpty); len(values[name]) == 0 {
			delete(values, name)
		}
	}
	return values, nil
}

func isEmpty(text string) bool { return text == "" }
