package web

import (
	"context"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"lineproof/shared/fault"
	"lineproof/shared/wire"
)

// Reply is an answer other than a plain 200.
type Reply struct {
	// Status is the HTTP status.
	Status int
	// Header holds headers beyond those that every answer has; these win.
	Header http.Header
	// Body is what the wire's codec writes; nil writes none.
	Body any
	// Failure is what the reply tells of, if it tells of one, as a redirect with an error does: for
	// the log alone.
	Failure *fault.Error
}

// With gives the reply with a header.
func (a Reply) With(name, value string) Reply {
	a.Header = a.Header.Clone()
	if a.Header == nil {
		a.Header = http.Header{}
	}
	a.Header.Set(name, value)
	return a
}

// Redirect sends the browser to url by a 302 (RFC 9700 §4.12 forbids 307).
func Redirect(url string) Reply {
	return Reply{Status: http.StatusFound, Header: http.Header{"Location": {url}}}
}

// Cached gives an answer that may be kept for some seconds.
func Cached(answer any, seconds int) Reply {
	control := "public, max-age=" + strconv.Itoa(seconds)
	return Reply{
		Status: http.StatusOK,
		Header: http.Header{"Cache-Control": {control}},
		Body:   answer,
	}
}

type instanceKey struct{}

// Identified returns the context of a request that has a name of its own, a UUID: what fails in it
// is told and logged under that.
func Identified(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, instanceKey{}, id)
}

// Name returns the name that Identified gave; empty without one.
func Name(ctx context.Context) string {
	name, _ := ctx.Value(instanceKey{}).(string)
	return name
}

// failed gives the wire's answer to a failure.
func failed(w *wire.Wire, r *http.Request, failure *fault.Error) Reply {
	answer := w.Failures.Of(failure.Kind)
	told := *failure
	told.Instance = Name(r.Context())
	reply := Reply{
		Status: answer.Status, Header: http.Header{}, Body: w.Shape(answer, &told),
		Failure: failure,
	}
	if failure.Kind == fault.MethodNotAllowed {
		methods, _ := wire.Allowed(r.URL.Path)
		reply.Header.Set("Allow", strings.Join(methods, ", "))
	}
	if w.ErrorType != "" {
		reply.Header.Set("Content-Type", w.ErrorType)
	}
	// what has had enough is told no time: it differs, and is never soon
	if w.RetryAfter > 0 && (failure.Kind.Ours() || failure.Kind == fault.TooManyRequests) {
		reply.Header.Set("Retry-After", strconv.Itoa(w.RetryAfter))
	}
	if challenge := challenge(w.Challenge, failure); challenge != "" {
		reply.Header.Set("WWW-Authenticate", challenge)
	}
	return reply
}

// challenge gives the WWW-Authenticate header of a failed authentication (RFC 6750 §3, RFC 6749
// §5.2).
func challenge(scheme string, failure *fault.Error) string {
	if scheme == "" {
		return ""
	}
	header := scheme + ` realm="lineproof"`
	switch kind := failure.Kind; {
	case kind == fault.MissingScope:
		return header + `, error="insufficient_scope"`
	case kind == fault.MissingCredentials, kind == fault.InvalidClient:
		return header
	case kind.Class() == fault.Unauthenticated && scheme == "Basic": // RFC 7617 knows no reasons
		return header
	case kind.Class() == fault.Unauthenticated:
		return header + `, error="invalid_token"`
	default:
		return ""
	}
}

// always holds the headers of every answer: none is stored, sniffed, framed or told to others.
var always = http.Header{
	"Cache-Control":           {"no-store"},
	"Content-Security-Policy": {"default-src 'none'; frame-ancestors 'none'"},
	"Referrer-Policy":         {"no-referrer"},
	"X-Content-Type-Options":  {"nosniff"},
}

// write sends a reply, once, and gives the status that it sent. The answer to HEAD has the headers
// of GET and no content (RFC 9110 §9.3.2).
func write(w http.ResponseWriter, method string, own *wire.Wire, reply Reply) int {
	body, err := encode(own, reply)
	if err != nil {
		reply = Reply{Status: http.StatusInternalServerError}
	}
	header := w.Header()
	maps.Copy(header, always)
	if len(body) > 0 {
		header.Set("Content-Type", own.Codec.ContentType)
	}
	maps.Copy(header, reply.Header)
	if reply.Status != http.StatusNoContent { // RFC 9110 §8.6
		header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(reply.Status)
	// of an empty one the API Gateway adapter guesses a content type
	if len(body) > 0 && method != http.MethodHead {
		_, _ = w.Write(body) // the client may be gone; nobody is left to tell
	}
	return reply.Status
}

func encode(w *wire.Wire, reply Reply) ([]byte, error) {
	if reply.Body == nil {
		return nil, nil
	}
	return w.Codec.Encode(reply.Body)
}
