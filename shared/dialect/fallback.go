package dialect

import (
	"net/http"

	"lineproof/shared/fault"
)

// fallbackFailures are those of the Verify API's parameters under HTTP statuses.
var fallbackFailures = unblockFailures.but(Table{
	fault.BadRequest:         answer(http.StatusBadRequest, "Bad Request", "The body is not one JSON object, or a member is repeated."),
	fault.NotFound:           answer(http.StatusNotFound, "Not Found", "There is no such execution."),
	fault.MethodNotAllowed:   answer(http.StatusMethodNotAllowed, "Method Not Allowed", "This path takes GET and POST."),
	fault.MissingCredentials: answer(http.StatusUnauthorized, "Unauthorized", "Authenticate with api_key and api_secret by HTTP Basic."),
	fault.TooLong:            answer(http.StatusUnprocessableEntity, "Invalid params", "Value too long for parameter: {param}"),
	fault.InvalidCodeLength:  answer(http.StatusUnprocessableEntity, "Invalid params", "Invalid value for parameter: code_length"),
})

// FallbackWire is the wire of verification that falls back from silence to a PIN.
var FallbackWire = declare(Wire{
	Name:   "fallback",
	Source: "infra/openapi/fallback.yaml; RFC 9457; Idempotency-Key of the IETF HTTPAPI working group",
	Bases:  []string{"/fallback"},
	Routes: append(
		routes(FallbackStart, http.MethodPost, "/fallback"),
		routes(FallbackState, http.MethodGet, "/fallback")...,
	),
	Codec:     JSON,
	Failures:  fallbackFailures,
	Shape:     shapeProblem,
	ErrorType: "application/problem+json",
	Challenge: "Basic",
})
