package wire

import (
	"net/http"
	"slices"
	"strings"

	"lineproof/shared/fault"
)

// The operations of the Verify API (v2).
const (
	Verify2Request Operation = "verify2-request"
	Verify2Check   Operation = "verify2-check"
	Verify2Next    Operation = "verify2-next"
	Verify2Cancel  Operation = "verify2-cancel"
	SilentAuth     Operation = "silent-auth"

	Verify2Templates Operation = "verify2-templates"
)

// The paths of templates: of an account's, of one, of its fragments and of one of those.
const (
	TemplatesPath = "/v2/verify/templates"
	TemplatePath  = TemplatesPath + "/{template_id}"
	FragmentsPath = TemplatePath + FragmentsEnd
	FragmentPath  = FragmentsPath + "/{template_fragment_id}"

	// FragmentsEnd is the end of the path of a template's fragments.
	FragmentsEnd = "/template_fragments"
)

// SilentAuthPath is the end of the address that a device fetches for a silent step, which begins
// with that of the request.
const SilentAuthPath = "/silent-auth/redirect"

// errorTypes is where the types of problems lie. An answer's code is the rest: # and a name that
// all APIs of Vonage share, or the API's own name before that.
const errorTypes = "https://developer.vonage.com/api-errors"

// problem2 is the error body of the Verify API (v2).
type problem2 struct {
	Type     string       `json:"type"`
	Title    string       `json:"title"`
	Detail   string       `json:"detail"`
	Instance string       `json:"instance"`
	Live     string       `json:"request_id,omitempty"`
	Invalid  []parameter2 `json:"invalid_parameters,omitempty"`
}

// parameter2 is a parameter at fault.
type parameter2 struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

func shapeProblem2(a Answer, failure *fault.Error) any {
	p := problem2{
		Title: a.Description, Detail: filled(a.Message, failure), Instance: failure.Instance,
		Type: errorTypes + "/" + a.Code,
	}
	if strings.HasPrefix(a.Code, "#") {
		p.Type = errorTypes + a.Code
	}
	if failure.Kind == fault.Concurrent {
		p.Live = failure.ID
	}
	for _, wrong := range failure.Invalid {
		p.Invalid = append(p.Invalid, parameter2(wrong))
	}
	if name := failure.Param; name != "" && len(p.Invalid) == 0 {
		p.Invalid = []parameter2{{name, "`" + name + "` is invalid"}}
	}
	return p
}

// told is an answer with a title.
func told(status int, code, title, detail string) Answer {
	return Answer{Status: status, Code: code, Description: title, Message: detail}
}

const (
	titleUnauthorized = "Unauthorized"
	titleConflict     = "Conflict"
	titleNotFound     = "Not Found"
	titleInvalidCode  = "Invalid Code"
)

// verify2Failures are the answers of the Verify API (v2). It has none of its own for what HTTP
// itself refuses.
var verify2Failures = Table{
	fault.Internal: told(
		http.StatusInternalServerError, "#internal-error", "Internal Error",
		"The server failed. The request may succeed when it is repeated.",
	),
	fault.Unavailable: told(
		http.StatusServiceUnavailable, "#unavailable", "Service Unavailable",
		"The request may succeed when it is repeated later.",
	),
	fault.Timeout: told(
		http.StatusGatewayTimeout, "#timeout", "Timeout", "The server did not answer in time.",
	),
	fault.BadRequest: told(
		http.StatusUnprocessableEntity, "#invalid-params", "Invalid params",
		"The value of one or more parameters is invalid.",
	),
	fault.Unauthenticated: told(
		http.StatusUnauthorized, "#unauthorized", titleUnauthorized,
		"You did not provide correct credentials.",
	),
	fault.ExpiredCredentials: told(
		http.StatusUnauthorized, "#jwt-expired", titleUnauthorized, "The JWT has expired.",
	),
	fault.Forbidden: told(
		http.StatusForbidden, "verify-v2#forbidden", "Forbidden", "Your account may not do this.",
	),
	fault.NotFound: told(
		http.StatusNotFound, "#not-found", titleNotFound, "No operation has this path.",
	),
	fault.UnknownRequest: told(
		http.StatusNotFound, "#not-found", titleNotFound,
		"Request {id} was not found or it has been verified already.",
	),
	fault.MethodNotAllowed: told(
		http.StatusMethodNotAllowed, "#method-not-allowed", "Method Not Allowed",
		"The path does not take this method.",
	),
	fault.NotAcceptable: told(
		http.StatusNotAcceptable, "#not-acceptable", "Not Acceptable", "The API serves JSON.",
	),
	fault.TooLarge: told(
		http.StatusRequestEntityTooLarge, "#too-large", "Payload Too Large",
		"The request body exceeds 8192 bytes.",
	),
	fault.UnsupportedMediaType: told(
		http.StatusUnsupportedMediaType, "#unsupported-media-type", "Unsupported Media Type",
		"The request body cannot be read.",
	),
	fault.TooManyRequests: told(
		http.StatusTooManyRequests, "#throttled", "Rate Limit Hit",
		"Please wait, then retry your request",
	),
	fault.NumberCapped: told(
		http.StatusTooManyRequests, "#throttled", "Rate Limit Hit",
		"The number has had as many requests as it may for now, or was cancelled a minute ago",
	),
	fault.QuotaExceeded: told(
		http.StatusPaymentRequired, "#low-balance", "Low balance",
		"This request could not be performed due to your account balance being low.",
	),
	fault.WrongCode: told(
		http.StatusBadRequest, "verify#invalid-code", titleInvalidCode,
		"The code you provided does not match the expected value.",
	),
	fault.TooManyCodes: told(
		http.StatusGone, "verify#expired", titleInvalidCode,
		"An incorrect code has been provided too many times. Workflow terminated.",
	),
	fault.Concurrent: told(
		http.StatusConflict, "verify#conflict", titleConflict,
		"Concurrent verifications to the same number are not allowed.",
	),
	fault.NoCode: told(
		http.StatusConflict, "verify-v2#no-code", titleConflict,
		"The current Verify workflow step does not support a code.",
	),
	fault.NoMoreEvents: told(
		http.StatusConflict, "verify-v2#no-events", titleConflict,
		"There are no more events left to trigger.",
	),
	fault.NotThisLine: told(
		http.StatusForbidden, "verify-v2#user-rejected", "User Rejected",
		"The line of the device is not the one to be verified.",
	),
	fault.UnknownLine: told(
		http.StatusConflict, "verify-v2#failed", "Failed",
		"The network does not tell the line of the device.",
	),
	fault.UnknownTemplate: told(
		http.StatusNotFound, "verify-v2#template-not-found", titleNotFound, "Template not found",
	),
	fault.UnknownFragment: told(
		http.StatusNotFound, "verify-v2#template-fragment-not-found", titleNotFound,
		"Template Fragment not found",
	),
	fault.TemplateExists: told(
		http.StatusConflict, "verify-v2#template-exists", titleConflict,
		"A template with this name already exists",
	),
	fault.FragmentExists: told(
		http.StatusConflict, "verify-v2#fragment-exists", titleConflict,
		"A template fragment for this channel and locale already exists",
	),
	fault.TooManyTemplates: told(
		http.StatusConflict, "verify-v2#max-templates", titleConflict,
		"An account can only have a maximum of 10 custom templates",
	),
	fault.TooManyFragments: told(
		http.StatusConflict, "verify-v2#max-fragments", titleConflict,
		"A template can only have a maximum of 128 template fragments",
	),
	fault.TemplateNotEmpty: told(
		http.StatusConflict, "verify-v2#not-empty-template", titleConflict,
		"The template is not empty and cannot be deleted. Please delete its fragments first",
	),
}

// Verify2 is the Verify API (v2). Java's SDK up to 9.4.0 writes next-workflow with a hyphen, and
// Ruby's a slash after verify.
var Verify2 = declare(Wire{
	Name:   "verify-2",
	Source: "Vonage Verify API v2 0.0.18, OpenAPI document, and its SDKs of 2026",
	Bases:  []string{"/v2/verify"},
	Routes: slices.Concat(
		routes(Verify2Request, http.MethodPost, "/v2/verify", "/v2/verify/"),
		routes(Verify2Check, http.MethodPost, "/v2/verify/{id}", "/v2/verify/{id}/"),
		routes(
			Verify2Next, http.MethodPost,
			"/v2/verify/{id}/next_workflow", "/v2/verify/{id}/next_workflow/",
			"/v2/verify/{id}/next-workflow", "/v2/verify/{id}/next-workflow/",
		),
		routes(Verify2Cancel, http.MethodDelete, "/v2/verify/{id}", "/v2/verify/{id}/"),
		routes(SilentAuth, http.MethodGet, "/v2/verify/{id}"+SilentAuthPath),
		routes(Verify2Templates, http.MethodGet,
			TemplatesPath, TemplatePath, FragmentsPath, FragmentPath),
		routes(Verify2Templates, http.MethodPost, TemplatesPath, FragmentsPath),
		routes(Verify2Templates, http.MethodPatch, TemplatePath, FragmentPath),
		routes(Verify2Templates, http.MethodDelete, TemplatePath, FragmentPath),
	),
	Codec:      JSON,
	Failures:   verify2Failures,
	Shape:      shapeProblem2,
	ErrorType:  "application/problem+json",
	Challenge:  "Bearer",
	RetryAfter: 1,
})
