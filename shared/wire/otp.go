package wire

import (
	"net/http"
	"slices"
	"unicode/utf8"

	"lineproof/shared/fault"
)

// The operations of one-time passwords.
const (
	OTPSend     Operation = "otp-send"
	OTPValidate Operation = "otp-validate"
)

// OneTime says how a wire's one-time passwords are asked for. The zero OneTime serves none.
type OneTime struct {
	// Scopes are those of which one opens its operations. They have no subscriber: a client asks
	// for them in its own name.
	Scopes []string
	// OnlyKnown refuses bodies with a property that the wire does not know.
	OnlyKnown bool
	// IsID tells whether a text is spelt as an authenticationId may be, be there one or not.
	IsID func(text string) bool
}

// ClientScopes returns the scopes that have no subscriber, of all wires.
func ClientScopes() []string {
	return everyScope(func(w *Wire) []string { return w.OneTime.Scopes })
}

// ScopeOneTime is the scope of both operations, in all versions.
const ScopeOneTime = "one-time-password-sms:send-validate"

// Codes and texts of CAMARA OneTimePasswordSMS.
const (
	codeOneTime      = "ONE_TIME_PASSWORD_SMS."
	textOneTimeLimit = "Too many OTPs have been requested for this MSISDN. Try later."
	textNotAllowed   = "Phone_number can't receive an SMS due to business reasons in the operator."
	textBlocked      = "Phone_number is blocked to receive SMS " +
		"due to any blocking business reason in the operator."
	textWrong  = "The provided OTP is not valid for this authenticationId"
	textFailed = "The maximum number of attempts for this authenticationId was exceeded " +
		"without providing a valid OTP"
	textEnded       = "The authenticationId is no longer valid"
	textUnknownLine = "The specified resource is not found."
)

// oneTime1Failures are the responses of 1.1.1. A number that no sender serves is not this
// operator's.
var oneTime1Failures = transport.but(Table{
	fault.BadRequest: answer(
		http.StatusBadRequest, "INVALID_ARGUMENT",
		"Client specified an invalid argument, request body or query param.",
	),
	fault.WrongCode: answer(http.StatusBadRequest, codeOneTime+"INVALID_OTP", textWrong),
	fault.TooManyCodes: answer(
		http.StatusBadRequest, codeOneTime+"VERIFICATION_FAILED", textFailed,
	),
	fault.Ended: answer(http.StatusBadRequest, codeOneTime+"VERIFICATION_EXPIRED", textEnded),
	fault.Unauthenticated: answer(
		http.StatusUnauthorized, "UNAUTHENTICATED",
		"Request not authenticated due to missing, invalid, or expired credentials.",
	),
	fault.Forbidden: answer(
		http.StatusForbidden, "PERMISSION_DENIED",
		"Client does not have sufficient permissions to perform this action.",
	),
	fault.NumberCapped: answer(
		http.StatusForbidden, codeOneTime+"MAX_OTP_CODES_EXCEEDED", textOneTimeLimit,
	),
	fault.UnsupportedNetwork: answer(
		http.StatusForbidden, codeOneTime+"PHONE_NUMBER_NOT_ALLOWED", textNotAllowed,
	),
	fault.NotOnDemoList: answer(
		http.StatusForbidden, codeOneTime+"PHONE_NUMBER_NOT_ALLOWED", textNotAllowed,
	),
	fault.Denied: answer(
		http.StatusForbidden, codeOneTime+"PHONE_NUMBER_BLOCKED", textBlocked,
	),
	fault.Blocked: answer(
		http.StatusForbidden, codeOneTime+"PHONE_NUMBER_BLOCKED", textBlocked,
	),
	fault.Unroutable:     answer(http.StatusNotFound, "NOT_FOUND", textUnknownLine),
	fault.UnknownRequest: answer(http.StatusNotFound, "NOT_FOUND", textUnknownLine),
	fault.QuotaExceeded: answer(
		http.StatusTooManyRequests, "QUOTA_EXCEEDED", "Out of resource quota.",
	),
	fault.TooManyRequests: answer(
		http.StatusTooManyRequests, "TOO_MANY_REQUESTS", "Rate limit reached.",
	),
	fault.Internal:    answer(http.StatusInternalServerError, "INTERNAL", "Server error"),
	fault.Unavailable: answer(http.StatusServiceUnavailable, "UNAVAILABLE", "Service unavailable"),
	fault.Timeout: answer(
		http.StatusGatewayTimeout, "TIMEOUT", "Request timeout exceeded. Try later.",
	),
})

// oneTime2Failures are those of 2.0.0.
var oneTime2Failures = oneTime1Failures.but(Table{
	fault.Unauthenticated: answer(http.StatusUnauthorized, "UNAUTHENTICATED", textUnauthenticated2),
	fault.Unroutable: answer(
		http.StatusNotFound, "IDENTIFIER_NOT_FOUND", "Device identifier not found.",
	),
})

// oneTime returns the wire of one version.
func oneTime(version, source string, failures Table, rules OneTime) Wire {
	base := "/one-time-password-sms/v" + version
	return Wire{
		Name:   "otp-" + version,
		Source: "CAMARA OneTimePasswordSMS " + source,
		Bases:  []string{base},
		Routes: slices.Concat(
			routes(OTPSend, http.MethodPost, base+"/send-code"),
			routes(OTPValidate, http.MethodPost, base+"/validate-code"),
		),
		Correlation: Correlation{"x-correlator", correlator256},
		Media:       []string{"application/json"},
		Codec:       JSON,
		Failures:    failures,
		Shape:       shapeErrorInfo,
		Challenge:   "Bearer",
		OneTime:     rules,
	}
}

// longestID is how many characters an authenticationId may have.
const longestID = 36

// OneTime1 is CAMARA OneTimePasswordSMS 1.1.1, which reads past what it does not know.
var OneTime1 = declare(oneTime("1", "1.1.1, one-time-password-sms.yaml", oneTime1Failures, OneTime{
	Scopes: []string{ScopeOneTime},
	IsID:   func(text string) bool { return utf8.RuneCountInString(text) <= longestID },
}))

// OneTime2 is CAMARA OneTimePasswordSMS 2.0.0, as its release candidate 2 has it.
var OneTime2 = declare(
	oneTime("2", "2.0.0-rc.2, one-time-password-sms.yaml", oneTime2Failures, OneTime{
		Scopes:    []string{ScopeOneTime},
		OnlyKnown: true,
		IsID:      func(text string) bool { return text != "" && isID2(text) },
	}),
)

// isID2 is ^[a-zA-Z0-9-]{0,36}$.
var isID2 = within(longestID, func(c byte) bool { return alphanumeric(c) || c == '-' })
