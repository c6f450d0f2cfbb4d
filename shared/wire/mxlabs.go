package wire

import (
	"cmp"
	"net/http"
	"strings"

	"lineproof/shared/fault"
)

// MXLabsVerify is the one operation of the wire of MX Labs' SDKs. What it does is a form's action.
const MXLabsVerify Operation = "mxlabs-verify"

// sessionFailure is the body of a failure in the wire of MX Labs' SDKs, which raise it as an error
// of that code.
type sessionFailure struct {
	Status  string `json:"status"`
	Error   string `json:"error"`
	Message string `json:"message"`
}

func shapeSession(a Answer, failure *fault.Error) any {
	code := strings.ReplaceAll(a.Code, "{param}", cmp.Or(failure.Param, "parameter"))
	return sessionFailure{"error", code, filled(a.Message, failure)}
}

// phoneRefused is the answer for a number that no verification may reach.
var phoneRefused = answer(
	http.StatusUnprocessableEntity, "phone_not_allowed",
	"This number cannot be verified, or your account may not reach it.",
)

// mxLabsFailures have the three codes that the SDK names, and else ones of the same form.
var mxLabsFailures = Table{
	fault.Internal: answer(
		http.StatusInternalServerError, "internal_error", "The server failed.",
	),
	fault.Unavailable: answer(
		http.StatusServiceUnavailable, "unavailable", "The call may succeed when it is repeated.",
	),
	fault.Timeout: answer(
		http.StatusGatewayTimeout, "timeout", "The server did not answer in time.",
	),
	fault.BadRequest: answer(
		http.StatusBadRequest, "invalid_request", "The body is no form that can be read.",
	),
	fault.MissingParam: answer(
		http.StatusBadRequest, "missing_{param}", "The field {param} is missing.",
	),
	fault.InvalidParam: answer(
		http.StatusBadRequest, "invalid_{param}", "The field {param} is invalid or repeated.",
	),
	fault.WrongCode: answer(
		http.StatusBadRequest, "invalid_code", "The code is not that of the device.",
	),
	fault.Unauthenticated: answer(
		http.StatusUnauthorized, "invalid_api_key",
		"X-API-Key has to be the api_key and the api_secret of an account, with a colon between.",
	),
	fault.QuotaExceeded: answer(
		http.StatusPaymentRequired, "low_balance", "The balance of your account is too low.",
	),
	fault.Forbidden: answer(
		http.StatusForbidden, "forbidden", "Your account may not do this: its terms name no brand.",
	),
	fault.Barred: answer(
		http.StatusForbidden, "account_barred", "Your account is barred.",
	),
	fault.NotFound: answer(http.StatusNotFound, "not_found", "No operation has this path."),
	fault.UnknownRequest: answer(
		http.StatusNotFound, "session_not_found_or_expired",
		"Your account has no such session that has not ended.",
	),
	fault.MethodNotAllowed: answer(
		http.StatusMethodNotAllowed, "method_not_allowed", "The path takes POST alone.",
	),
	fault.NotAcceptable: answer(
		http.StatusNotAcceptable, "not_acceptable", "The API serves JSON.",
	),
	fault.NoCode: answer(
		http.StatusConflict, "code_not_sent", "No code has been sent that could be checked.",
	),
	fault.NoMoreEvents: answer(
		http.StatusConflict, "sms_limit_reached", "The session has had all of its messages.",
	),
	fault.TooManyCodes: answer(
		http.StatusGone, "too_many_codes",
		"Too many wrong codes were tried. The session has ended.",
	),
	fault.TooLarge: answer(
		http.StatusRequestEntityTooLarge, "too_large", "The request body exceeds 8192 bytes.",
	),
	fault.UnsupportedMediaType: answer(
		http.StatusUnsupportedMediaType, "unsupported_media_type", "The server reads forms.",
	),
	fault.UnsupportedNetwork: phoneRefused,
	fault.Unroutable:         phoneRefused,
	fault.Denied:             phoneRefused,
	fault.NotOnDemoList:      phoneRefused,
	fault.TooManyRequests: answer(
		http.StatusTooManyRequests, "too_many_requests", "Please wait, then repeat the call.",
	),
	fault.NumberCapped: answer(
		http.StatusTooManyRequests, "too_many_requests_for_phone",
		"The number has had as many sessions as it may for now.",
	),
}

// MXLabs is what the SDK mxlabs-number-verify sends and reads: a form with an action, under one
// address that its backend_url names.
var MXLabs = declare(Wire{
	Name:       "mxlabs",
	Source:     "mxlabs-number-verify 0.1.2 (PyPI)",
	Bases:      []string{"/mxlabs"},
	Routes:     routes(MXLabsVerify, http.MethodPost, "/mxlabs/number-verify"),
	Codec:      JSON,
	Failures:   mxLabsFailures,
	Shape:      shapeSession,
	RetryAfter: 1,
})
