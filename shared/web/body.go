package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"lineproof/shared/fault"
)

// MaxBody is the largest body that is read, in bytes.
const MaxBody = 8192

// maxDepth is how deep arrays and objects may be nested; the deepest that any document publishes is
// 3.
const maxDepth = 16

// Body reads the request's body. It fails with a fault.TooLarge when it is longer than MaxBody and
// with a fault.InvalidBody when the client stopped sending.
func Body(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	if err != nil {
		return nil, fault.Wrap(fault.InvalidBody, errors.New("web: body ended early"))
	}
	if len(body) > MaxBody {
		return nil, fault.New(fault.TooLarge)
	}
	return body, nil
}

// media checks a body's media type against those that the wire reads; none is taken for the wire's
// own. A charset says nothing: JSON knows none (RFC 8259 §11), and the bytes themselves tell
// whether they are UTF-8.
func media(r *http.Request) error {
	header := r.Header.Get("Content-Type")
	accepted := Wire(r).Media
	if header == "" || len(accepted) == 0 {
		return nil
	}
	kind, _, _ := strings.Cut(header, ";")
	if !slices.Contains(accepted, strings.ToLower(strings.TrimSpace(kind))) {
		return fault.In(fault.UnsupportedMediaType, "Content-Type")
	}
	return nil
}

// Members are the members of a JSON object, unread.
type Members map[string]json.RawMessage

// Object reads a body that is one JSON object. It fails with a fault.UnsupportedMediaType,
// TooLarge, MissingBody (no bytes), or InvalidBody: not UTF-8, not JSON, not an object, a key twice
// at any level, nested too deep, or something after it.
func Object(r *http.Request) (Members, error) {
	body, err := Body(r)
	if err != nil {
		return nil, err
	}
	if len(body) == 0 {
		return nil, fault.New(fault.MissingBody)
	}
	if err := media(r); err != nil {
		return nil, err
	}
	return ParseObject(body)
}

// AnyObject is Object whatever the content type says; no body is a fault.InvalidBody.
func AnyObject(r *http.Request) (Members, error) {
	body, err := Body(r)
	if err != nil {
		return nil, err
	}
	return ParseObject(body)
}

// OptionalObject is Object for operations that need no body: none reads as an object without
// members.
func OptionalObject(r *http.Request) (Members, error) {
	members, err := Object(r)
	if fault.Is(err, fault.MissingBody) {
		return Members{}, nil
	}
	return members, err
}

var errNotAnObject = fault.Wrap(
	fault.InvalidBody, errors.New("web: not one well-formed JSON object"),
)

// ParseObject reads bytes that are one JSON object; see [Object] for how it fails.
func ParseObject(body []byte) (Members, error) {
	if !utf8.Valid(body) || !wellFormed(body) {
		return nil, errNotAnObject
	}
	var members Members
	if err := json.Unmarshal(body, &members); err != nil || members == nil {
		return nil, errNotAnObject
	}
	return members, nil
}

// wellFormed tells whether body is one JSON value without a repeated key and not too deep.
func wellFormed(body []byte) bool {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if !value(decoder, maxDepth) {
		return false
	}
	_, err := decoder.Token()
	return errors.Is(err, io.EOF)
}

// value reads one value with all that it holds.
func value(decoder *json.Decoder, depth int) bool {
	token, err := decoder.Token()
	if err != nil || depth == 0 {
		return false
	}
	switch token {
	case json.Delim('{'):
		return object(decoder, depth-1)
	case json.Delim('['):
		return array(decoder, depth-1)
	default:
		return true
	}
}

func object(decoder *json.Decoder, depth int) bool {
	seen := map[string]bool{}
	for decoder.More() {
		token, err := decoder.Token()
		key, isText := token.(string)
		if err != nil || !isText || seen[key] {
			return false
		}
		seen[key] = true
		if !value(decoder, depth) {
			return false
		}
	}
	_, err := decoder.Token()
	return err == nil
}

func array(decoder *json.Decoder, depth int) bool {
	for decoder.More() {
		if !value(decoder, depth) {
			return false
		}
	}
	_, err := decoder.Token()
	return err == nil
}

// Text reads a member that is a JSON string. It fails with a fault.InvalidField naming it when it
// is anything else.
func (m Members) Text(name string) (string, error) {
	raw := bytes.TrimSpace(m[name])
	var text string
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &text) != nil {
		return "", fault.In(fault.InvalidField, name)
	}
	return text, nil
}

// Has tells whether the object has the member, be it null.
func (m Members) Has(name string) bool { _, has := m[name]; return has }
