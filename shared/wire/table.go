package wire

import (
	"maps"
	"net/http"
	"strings"

	"lineproof/shared/fault"
)

// Answer is what one kind of failure is answered with.
type Answer struct {
	// Status is the HTTP status.
	Status int
	// Code is the wire's own code.
	Code string
	// Message is the wire's text. It may hold {param} and {id}, which the failure fills in.
	Message string
	// Description is a second text, of the wires that have one.
	Description string
}

// answer gives an answer of a wire that has no second text.
func answer(status int, code, message string) Answer {
	return Answer{Status: status, Code: code, Message: message}
}

// Table holds an answer for every class of failure, and for those kinds within a class that the
// wire tells apart.
type Table map[fault.Kind]Answer

// Of gives the answer for kind k: its own, or that of its class.
func (t Table) Of(k fault.Kind) Answer {
	if a, ok := t[k]; ok {
		return a
	}
	return t[k.Class()]
}

// but gives the table with other answers for some kinds.
func (t Table) but(changes Table) Table {
	changed := maps.Clone(t)
	maps.Copy(changed, changes)
	return changed
}

// Named gives a text with the name of the parameter at fault, if any, after it.
func Named(text string, failure *fault.Error) string {
	if failure.Param == "" {
		return text
	}
	return strings.TrimSuffix(text, ".") + ": " + failure.Param
}

// Shape makes the body of a failure's answer.
type Shape func(Answer, *fault.Error) any

// transport holds what HTTP itself answers (RFC 9110), in the codes of CAMARA's common errors.
var transport = Table{
	fault.NotFound: answer(
		http.StatusNotFound, "NOT_FOUND", "The specified resource is not found.",
	),
	fault.MethodNotAllowed: answer(
		http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED",
		"The requested method is not allowed on the target resource.",
	),
	fault.NotAcceptable: answer(
		http.StatusNotAcceptable, "NOT_ACCEPTABLE",
		"The server cannot produce a response in a format that the client accepts.",
	),
	fault.TooLarge: answer(
		http.StatusRequestEntityTooLarge, "PAYLOAD_TOO_LARGE",
		"The request body exceeds 8192 bytes.",
	),
	fault.UnsupportedMediaType: answer(
		http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE",
		"The server only reads bodies of type application/json.",
	),
	fault.TooManyRequests: answer(
		http.StatusTooManyRequests, "TOO_MANY_REQUESTS", "Too many requests. Try later.",
	),
}
