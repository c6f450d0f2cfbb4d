package wire

import (
	"net/http"
	"slices"

	"lineproof/shared/fault"
)

// The operations of the fallback.
const (
	FallbackStart Operation = "fallback-start"
	FallbackState Operation = "fallback-state"
	FallbackCheck Operation = "fallback-check"
)

// fallbackFailures are those of the Verify API's parameters under HTTP statuses.
var fallbackFailures = unblockFailures.but(Table{
	fault.BadRequest: answer(
		http.StatusBadRequest, "Bad Request",
		"The body is not one JSON object, or a member is repeated.",
	),
	fault.NotFound: answer(http.StatusNotFound, "Not Found", "There is no such execution."),
	fault.MethodNotAllowed: answer(
		http.StatusMethodNotAllowed, "Method Not Allowed",
		"This path takes the methods that Allow names.",
	),
	fault.MissingCredentials: answer(
		http.StatusUnauthorized, "Unauthorized",
		"Authenticate with api_key and api_secret by HTTP Basic.",
	),
	fault.Barred: answer(http.StatusForbidden, "Forbidden", "The account is barred."),
	fault.NotOnDemoList: answer(
		http.StatusForbidden, "Forbidden",
		"An account in demo mode verifies the numbers on its list alone.",
	),
	fault.TooLong:           invalidParams("Value too long for parameter: {param}"),
	fault.InvalidCodeLength: invalidParams("Invalid value for parameter: code_length"),
	fault.InvalidCode:       invalidParams("Invalid value for parameter: code"),
	fault.UnknownMember:     invalidParams("There is no such parameter: {id}"),
	fault.KeyReused: answer(
		http.StatusUnprocessableEntity, "Idempotency-Key Reused",
		"This Idempotency-Key came with another request. Repeat that one as it was, or take another key.",
	),
	fault.NotWaiting: answer(http.StatusConflict, "Conflict",
		"The fallback waits for no code. GET tells how it stands."),
	fault.WrongCode: answer(
		http.StatusBadRequest, "Invalid Code", "The code is not the one that was sent.",
	),
	fault.TooManyCodes: answer(http.StatusGone, "Invalid Code",
		"Too many wrong codes were tried. The fallback has ended."),
	fault.UnknownRequest: answer(
		http.StatusGone, "Gone", "The code has expired, or was cancelled.",
	),
})

func invalidParams(text string) Answer {
	return answer(http.StatusUnprocessableEntity, "Invalid params", text)
}

// FallbackWire is the wire of verification that falls back from silence to a PIN.
var FallbackWire = declare(Wire{
	Name:   "fallback",
	Source: "infra/openapi/fallback.yaml; RFC 9457; draft-ietf-httpapi-idempotency-key-header-07",
	Bases:  []string{"/fallback"},
	Routes: slices.Concat(
		routes(FallbackStart, http.MethodPost, "/fallback"),
		routes(FallbackState, http.MethodGet, "/fallback"),
		routes(FallbackCheck, http.MethodPost, "/fallback/check"),
	),
	Codec:     JSON,
	Failures:  fallbackFailures,
	Shape:     shapeProblem,
	ErrorType: "application/problem+json",
	Challenge: "Basic",
})
