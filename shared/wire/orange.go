package wire

import (
	"encoding/json"
	"net/http"

	"lineproof/shared/fault"
)

// errorOrange is Orange's error body: an integer code and two texts.
type errorOrange struct {
	Code        json.Number `json:"code"`
	Message     string      `json:"message"`
	Description string      `json:"description"`
}

func shapeOrange(a Answer, failure *fault.Error) any {
	return errorOrange{json.Number(a.Code), a.Message, Named(a.Description, failure)}
}

// orangeScope is the umbrella over both operations.
const orangeScope = "number-verification"

// Orange is Orange France's Number Verification. It tells failures apart more finely than CAMARA,
// by integer codes.
var Orange = declare(Wire{
	Name:        "orange",
	Source:      "Orange Developer, Number Verification - CAMARA - France, reference page",
	Bases:       []string{"/number-verification/v0"},
	Routes:      camaraRoutes("/number-verification/v0"),
	Correlation: Correlation{"x-correlator", printable},
	Media:       []string{"application/json"},
	Accept:      "application/json",
	Codec:       JSON,
	Failures:    orangeFailures,
	Shape:       shapeOrange,
	Challenge:   "Bearer",
	Number: Number{
		VerifyScopes: []string{scopeVerify, orangeScope},
		ShareScopes:  []string{scopeShare, orangeScope},
		PlusOptional: true,
		Hashed:       true,
		Clients:      clientsCAMARA,
		Verified:     answerVerified,
		Shared:       answerShared,
	},
})

var orangeFailures = Table{
	fault.BadRequest: {
		http.StatusBadRequest, "22", "Invalid body", "The request cannot be understood.",
	},
	fault.MissingBody: {
		http.StatusBadRequest, "21", "Missing body", "The request needs a body and has none.",
	},
	fault.InvalidBody: {
		http.StatusBadRequest, "22", "Invalid body", "The body is not one well-formed JSON object.",
	},
	fault.MissingField: {
		http.StatusBadRequest, "23", "Missing body field",
		"The body lacks a field that the request needs.",
	},
	fault.InvalidField: {
		http.StatusBadRequest, "24", "Invalid body field",
		"A field of the body has a value that is not allowed.",
	},
	fault.MissingHeader: {
		http.StatusBadRequest, "25", "Missing header", "The request lacks a header that it needs.",
	},
	fault.InvalidHeader: {
		http.StatusBadRequest, "26", "Invalid header value",
		"A header has a value that is not allowed.",
	},
	fault.MissingParam: {
		http.StatusBadRequest, "27", "Missing query-string parameter",
		"The query string lacks a parameter that the request needs.",
	},
	fault.InvalidParam: {
		http.StatusBadRequest, "28", "Invalid query-string parameter value",
		"A parameter of the query string has a value that is not allowed.",
	},
	fault.Unauthenticated: {
		http.StatusUnauthorized, "41", "Invalid credentials", "The credentials are not valid.",
	},
	fault.MissingCredentials: {
		http.StatusUnauthorized, "40", "Missing credentials",
		"The service needs credentials and the request has none.",
	},
	fault.ExpiredCredentials: {
		http.StatusUnauthorized, "42", "Expired credentials",
		"The credentials were valid and have expired.",
	},
	fault.Forbidden: {
		http.StatusForbidden, "51", "Forbidden requester",
		"The application may not make this request.",
	},
	fault.MissingScope: {
		http.StatusForbidden, "50", "Access denied",
		"The access token lacks the scope of this request.",
	},
	fault.NotNetworkAuthenticated: {
		http.StatusForbidden, "52", "Forbidden user",
		"The user was not authenticated by the mobile network.",
	},
	fault.NotCovered: {
		http.StatusForbidden, "52", "Forbidden user",
		"The user was not authenticated by the mobile network.",
	},
	fault.ConsentRequired: {
		http.StatusForbidden, "52", "Forbidden user",
		"The user was not authenticated by the mobile network.",
	},
	fault.NoNumber: {
		http.StatusForbidden, "52", "Forbidden user",
		"No phone number follows from the access token.",
	},
	fault.NotFound: {http.StatusNotFound, "60", "Resource not found", "No resource has this URI."},
	fault.MethodNotAllowed: {
		http.StatusMethodNotAllowed, "61", "Method not allowed",
		"The resource does not take this method; the header Allow lists those that it takes.",
	},
	fault.NotAcceptable: {
		http.StatusNotAcceptable, "62", "Not acceptable",
		"The header Accept excludes application/json, the only type served.",
	},
	fault.TooLarge: {
		http.StatusRequestEntityTooLarge, "66", "Request entity too large",
		"The body is larger than 8192 bytes.",
	},
	fault.UnsupportedMediaType: {
		http.StatusUnsupportedMediaType, "68", "Unsupported Media Type",
		"The body must be of type application/json.",
	},
	fault.TooManyRequests: {
		http.StatusTooManyRequests, "53", "Too many requests",
		"The application has made more calls than its rate allows.",
	},
	fault.Internal: {
		http.StatusInternalServerError, "1", "Internal error",
		"The request failed for a reason of the service's own.",
	},
	fault.Unavailable: {
		http.StatusServiceUnavailable, "5", "The service is temporarily unavailable",
		"The request may succeed when it is repeated later.",
	},
	fault.Timeout: {
		http.StatusGatewayTimeout, "6", "Gateway timeout", "The service did not answer in time.",
	},
}
