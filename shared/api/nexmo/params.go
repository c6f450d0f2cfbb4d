package nexmo

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"

	"lineproof/shared/urlencoded"
	"lineproof/shared/web"
)

// Params reads the parameters of the Verify API: those of the query and those of the body, of which
// the body's win. A body is told apart by what it holds, for clients send forms as
// application/json. A parameter that is not UTF-8 counts as absent, so that the rules name what is
// missing. It fails as [web.Body] does, and with a fault.InvalidBody when a body that begins as a
// JSON object is none.
func Params(r *http.Request) (url.Values, error) {
	body, err := web.Body(r)
	if err != nil {
		return nil, err
	}
	fromBody, err := bodyParams(
		bytes.TrimSpace(bytes.TrimPrefix(body, []byte(urlencoded.ByteOrderMark))),
	)
	if err != nil {
		return nil, err
	}
	params := urlencoded.Parse(r.URL.RawQuery)
	maps.Copy(params, fromBody)
	maps.DeleteFunc(
		params, func(_ string, values []string) bool { return !urlencoded.UTF8(values) },
	)
	return params, nil
}

// bodyParams reads a body that is a JSON object or a form.
func bodyParams(body []byte) (url.Values, error) {
	if len(body) > 0 && body[0] == '{' {
		return jsonParams(body)
	}
	return urlencoded.Parse(string(body)), nil
}

func jsonParams(body []byte) (url.Values, error) {
	members, err := web.ParseObject(body)
	if err != nil {
		return nil, err
	}
	params := url.Values{}
	for name, raw := range members {
		if values := jsonTexts(raw); values != nil {
			params[name] = values
		}
	}
	return params, nil
}

// jsonTexts gives a member as parameter values: a string, number or boolean as one, an array of
// these as several.
func jsonTexts(raw json.RawMessage) []string {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) == nil && list != nil {
		var texts []string
		for _, item := range list {
			texts = append(texts, jsonScalar(item)...)
		}
		return texts
	}
	return jsonScalar(raw)
}

func jsonScalar(raw json.RawMessage) []string {
	switch trimmed := bytes.TrimSpace(raw); {
	case len(trimmed) == 0, trimmed[0] == '{', trimmed[0] == '[', string(trimmed) == "null":
		return nil
	case trimmed[0] == '"':
		var text string
		if json.Unmarshal(trimmed, &text) != nil {
			return nil
		}
		return []string{text}
	default:
		return []string{string(trimmed)}
	}
}
