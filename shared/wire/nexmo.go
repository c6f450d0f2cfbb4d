package wire

import (
	"encoding/xml"
	"net/http"
	"strings"
	"time"

	"lineproof/shared/fault"
)

// The operations of the Verify API.
const (
	PINRequest     Operation = "pin-request"
	PINCheck       Operation = "pin-check"
	PINSearch      Operation = "pin-search"
	PINControl     Operation = "pin-control"
	NetworkUnblock Operation = "network-unblock"
)

// XML writes XML with its declaration, as the Verify API's clients expect it.
var XML = Codec{ContentType: "text/xml", Encode: encodeXML}

func encodeXML(answer any) ([]byte, error) {
	body, err := xml.Marshal(answer)
	return append([]byte(`<?xml version="1.0" encoding="UTF-8"?>`+"\n"), body...), err
}

// The roots of the Verify API's XML answers.
const (
	rootVerify  = "verify_response"
	rootSearch  = "verify_request"
	rootControl = "response"
)

// nexmoError is the body of a failure: every value is a string, and a request_id stands first where
// there is one.
type nexmoError struct {
	XMLName   xml.Name `json:"-"`
	RequestID *string  `json:"request_id,omitempty" xml:"request_id"`
	Status    string   `json:"status" xml:"status"`
	ErrorText string   `json:"error_text" xml:"error_text"`
	Network   string   `json:"network,omitempty" xml:"network,omitempty"`
	// Ours alone, for programs that would have to read the text: RFC 3339, in UTC.
	CancellableFrom string `json:"cancellable_from,omitempty" xml:"cancellable_from,omitempty"`
	NextEventAt     string `json:"next_event_at,omitempty" xml:"next_event_at,omitempty"`
}

// moment gives the first whole second that is not before t; the zero Time is "".
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Add(time.Second - 1).Truncate(time.Second).UTC().Format(time.RFC3339)
}

// shapeNexmo makes the error body with the given root. In XML those roots that carry a request_id
// carry an empty one where there is none.
func shapeNexmo(root string, emptyID bool) Shape {
	return func(a Answer, failure *fault.Error) any {
		body := nexmoError{
			XMLName:         xml.Name{Local: root},
			Status:          a.Code,
			ErrorText:       filled(a.Message, failure),
			CancellableFrom: moment(failure.CancellableFrom),
			NextEventAt:     moment(failure.NextEventAt),
		}
		switch failure.Kind {
		case fault.Concurrent, fault.WrongCode:
			body.RequestID = &failure.ID
		case fault.Blocked:
			body.Network = failure.ID
		}
		if none := ""; body.RequestID == nil && emptyID {
			body.RequestID = &none
		}
		return body
	}
}

// filled puts the parameter's name and the identifier into a text.
func filled(text string, failure *fault.Error) string {
	if !strings.Contains(text, "{") {
		return text
	}
	return strings.NewReplacer("{param}", failure.Param, "{id}", failure.ID).Replace(text)
}

// ok is an answer whose HTTP status is 200: the Verify API tells failures in the body alone, for a
// 401 makes SDKs throw.
func ok(status, text string) Answer { return answer(http.StatusOK, status, text) }

// nexmoFailures are the statuses that all operations share.
var nexmoFailures = Table{
	fault.Internal:        ok("5", "Internal Error"),
	fault.Unavailable:     ok("5", "Internal Error"),
	fault.Timeout:         ok("5", "Internal Error"),
	fault.BadRequest:      ok("3", "Invalid value for param: {param}"),
	fault.Unauthenticated: ok("4", "Bad Credentials"),
	fault.Forbidden: ok(
		"8",
		"The api_key you supplied is for an account that has been barred from submitting messages.",
	),
	fault.NotFound: answer(http.StatusNotFound, "3", "No operation has this path"),
	fault.MethodNotAllowed: answer(
		http.StatusMethodNotAllowed, "3", "This operation takes GET and POST",
	),
	fault.NotAcceptable: answer(http.StatusNotAcceptable, "3", "This path serves one format"),
	fault.TooLarge: answer(
		http.StatusRequestEntityTooLarge, "3", "The request body exceeds 8192 bytes",
	),
	fault.InvalidBody: ok("3", "The request body is not one well-formed JSON object"),
	fault.UnsupportedMediaType: answer(
		http.StatusUnsupportedMediaType, "3", "The request body cannot be read",
	),
	fault.TooManyRequests: ok("1", "Throttled"),

	fault.MissingCredentials: ok("2", "Missing api_key"),
	fault.Incomplete:         ok("2", "Your request is incomplete and missing some mandatory parameters"),
	fault.MissingParam: ok(
		"2", "Your request is incomplete and missing the mandatory parameter: {param}",
	),
	fault.InvalidParam: ok("3", "Invalid value for param: {param}"),
	fault.TooLong:      ok("3", "Invalid value for param: {param}. Parameter is too long."),
	fault.InvalidCodeLength: ok(
		"3", "Invalid value for param: code_length. The allowed values are 4 and 6.",
	),
	fault.InvalidCode:    ok("3", "The code contains invalid characters"),
	fault.InvalidCommand: ok("3", "Invalid parameter found: cmd"),
	fault.UnknownRequest: ok(
		"6",
		"The Lineproof platform was unable to process this message for the following reason: Request '{id}' was not found or it has been verified already.",
	),
	fault.Unroutable: ok(
		"6",
		"The Lineproof platform was unable to process this message for the following reason: The request could not be routed.",
	),
	fault.Denied:  ok("7", "The number you are trying to verify is blacklisted for verification"),
	fault.Blocked: ok("7", "The number you are trying to verify is blacklisted for verification"),
	fault.Barred: ok(
		"8",
		"The api_key you supplied is for an account that has been barred from submitting messages.",
	),
	fault.QuotaExceeded:      ok("9", "Partner quota exceeded"),
	fault.Concurrent:         ok("10", "Concurrent verifications to the same number are not allowed"),
	fault.UnsupportedNetwork: ok("15", "The destination number is not in a supported network"),
	fault.WrongCode:          ok("16", "The code provided does not match the expected value"),
	fault.NoCode:             ok("16", "The code provided does not match the expected value"),
	fault.TooManyCodes:       ok("17", "A wrong code was provided too many times. Workflow terminated"),
	fault.TooManyIDs:         ok("18", "Too many request_ids provided"),
	fault.CancelTooEarly: ok(
		"19", "Verification request ['{id}'] can't be cancelled within the first 30 seconds.",
	),
	fault.CancelTooLate: ok(
		"19",
		"Verification request ['{id}'] can't be cancelled now. Too many attempts to re-deliver have already been made.",
	),
	fault.NoMoreEvents:        ok("19", "No more events are left to execute for the request ['{id}']"),
	fault.PINCodeNotSupported: ok("20", "This account does not support the parameter: pin_code."),
	fault.NotOnDemoList: ok(
		"29",
		"Your Lineproof account is in demo mode. While in demo mode you must add target numbers to the approved list for your account. Add credit to your account to remove this limitation.",
	),
}

// searchFailures differ in what an unknown request_id is answered with.
var searchFailures = nexmoFailures.but(Table{fault.UnknownRequest: ok("101", "No response found")})

// controlFailures differ in the same.
var controlFailures = nexmoFailures.but(Table{
	fault.UnknownRequest: ok("6", "The requestId '{id}' does not exist or its no longer active."),
})

const nexmoSource = "Nexmo Verify API 1.0.0 and 1.1.7, OpenAPI documents; " +
	"texts as the service writes them"

// nexmo gives one operation's wire in one format, for its path below /verify.
func nexmo(
	name string, of Operation, below, format string, codec Codec, failures Table, shape Shape,
) Wire {
	path := "/verify" + below + "/" + format
	return Wire{
		Name:     "nexmo-" + name + "-" + format,
		Source:   nexmoSource,
		Routes:   append(routes(of, http.MethodGet, path), routes(of, http.MethodPost, path)...),
		Codec:    codec,
		Failures: failures,
		Shape:    shape,
	}
}

// withBase has the wire answer what no route takes below base.
func withBase(w Wire, base string) Wire {
	w.Bases = []string{base}
	return w
}

// forPayment makes the wire's requests confirm payments.
func forPayment(w Wire) Wire {
	w.Payment = true
	return w
}

// The wires of the Verify API: each operation in JSON and in XML. Unknown paths are answered in the
// request's JSON.
var (
	NexmoRequestJSON = declare(
		withBase(
			nexmo(
				"request",
				PINRequest,
				"",
				"json",
				JSON,
				nexmoFailures,
				shapeNexmo(rootVerify, false),
			),
			"/verify",
		),
	)
	NexmoRequestXML = declare(
		nexmo("request", PINRequest, "", "xml", XML, nexmoFailures, shapeNexmo(rootVerify, true)),
	)
	NexmoPSD2JSON = declare(
		forPayment(
			nexmo(
				"psd2",
				PINRequest,
				"/psd2",
				"json",
				JSON,
				nexmoFailures,
				shapeNexmo(rootVerify, false),
			),
		),
	)
	NexmoPSD2XML = declare(
		forPayment(
			nexmo(
				"psd2",
				PINRequest,
				"/psd2",
				"xml",
				XML,
				nexmoFailures,
				shapeNexmo(rootVerify, true),
			),
		),
	)
	NexmoCheckJSON = declare(
		nexmo(
			"check", PINCheck, "/check", "json", JSON, nexmoFailures, shapeNexmo(rootVerify, false),
		),
	)
	NexmoCheckXML = declare(
		nexmo("check", PINCheck, "/check", "xml", XML, nexmoFailures, shapeNexmo(rootVerify, true)),
	)
	NexmoSearchJSON = declare(
		nexmo(
			"search",
			PINSearch,
			"/search",
			"json",
			JSON,
			searchFailures,
			shapeNexmo(rootSearch, false),
		),
	)
	NexmoSearchXML = declare(
		nexmo(
			"search",
			PINSearch,
			"/search",
			"xml",
			XML,
			searchFailures,
			shapeNexmo(rootSearch, true),
		),
	)
	NexmoControlJSON = declare(
		nexmo(
			"control",
			PINControl,
			"/control",
			"json",
			JSON,
			controlFailures,
			shapeNexmo(rootControl, false),
		),
	)
	NexmoControlXML = declare(
		nexmo(
			"control",
			PINControl,
			"/control",
			"xml",
			XML,
			controlFailures,
			shapeNexmo(rootControl, false),
		),
	)
)

// problem is the error body of RFC 9457, of network-unblock and of the fallback.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	// Ours: how many codes can still be tried.
	AttemptsLeft int `json:"attempts_left,omitempty"`
}

func shapeProblem(a Answer, failure *fault.Error) any {
	return problem{
		"about:blank",
		a.Code,
		a.Status,
		filled(a.Message, failure),
		failure.AttemptsLeft,
	}
}

// unblockFailures have HTTP statuses and titles.
var unblockFailures = Table{
	fault.Internal: answer(http.StatusInternalServerError, "Internal Error", "The server failed."),
	fault.Unavailable: answer(
		http.StatusServiceUnavailable, "Service Unavailable",
		"The request may succeed when it is repeated later.",
	),
	fault.Timeout: answer(
		http.StatusGatewayTimeout, "Timeout", "The server did not answer in time.",
	),
	fault.BadRequest: answer(
		http.StatusBadRequest, "Bad Request", "The request cannot be understood.",
	),
	fault.Unauthenticated: answer(
		http.StatusUnauthorized, "Unauthorized", "You did not provide correct credentials.",
	),
	fault.Forbidden: answer(http.StatusForbidden, "Forbidden", "Your account may not do this."),
	fault.NotFound:  answer(http.StatusNotFound, "Not Found", "No operation has this path."),
	fault.MethodNotAllowed: answer(
		http.StatusMethodNotAllowed, "Method Not Allowed", "This operation takes POST.",
	),
	fault.NotAcceptable: answer(
		http.StatusNotAcceptable, "Not Acceptable", "This operation serves JSON.",
	),
	fault.TooLarge: answer(
		http.StatusRequestEntityTooLarge, "Payload Too Large",
		"The request body exceeds 8192 bytes.",
	),
	fault.UnsupportedMediaType: answer(
		http.StatusUnsupportedMediaType, "Unsupported Media Type",
		"The request body cannot be read.",
	),
	fault.TooManyRequests: answer(
		http.StatusTooManyRequests, "Rate Limit Hit", "Wait, then retry the request.",
	),
	fault.InvalidBody: answer(
		http.StatusBadRequest, "Bad Request",
		"The request body is not one well-formed JSON object.",
	),
	fault.MissingParam: answer(
		http.StatusUnprocessableEntity, "Invalid params", "Missing parameter: {param}",
	),
	fault.InvalidParam: answer(
		http.StatusUnprocessableEntity, "Invalid params", "Invalid value for parameter: {param}",
	),
}

// NetworkUnblockWire is the one operation of the Verify API that speaks in HTTP statuses.
var NetworkUnblockWire = declare(Wire{
	Name:      "nexmo-unblock",
	Source:    "Vonage Network Unblock API guide; RFC 9457",
	Bases:     []string{"/verify/network-unblock"},
	Routes:    routes(NetworkUnblock, http.MethodPost, "/verify/network-unblock"),
	Codec:     JSON,
	Failures:  unblockFailures,
	Shape:     shapeProblem,
	ErrorType: "application/problem+json",
	Challenge: "Basic",
})
