package wire_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"lineproof/shared/fault"
	"lineproof/shared/wire"
)

// published is a response as a wire's document has it.
type published struct {
	kind    fault.Kind
	status  int
	code    string
	message string
}

const (
	notNetworkCode    = "NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK"
	notNetworkMessage = "Client must authenticate via the mobile network to use this service"
	invalidArgument   = "Client specified an invalid argument, request body or query param"
	noNumberMessage   = "Phone number cannot be deducted from access token context"
	unauthenticated   = "Request not authenticated due to missing, invalid, or expired credentials"
	denied            = "Client does not have sufficient permissions to perform this action"
)

// documents holds every response of the published documents. Telefónica's and Konera's name
// statuses alone; their codes are CAMARA's.
var documents = map[string][]published{
	"camara-0.3.1": {
		{fault.BadRequest, 400, "INVALID_ARGUMENT", invalidArgument},
		{fault.MissingBody, 400, "INVALID_ARGUMENT", invalidArgument},
		{fault.InvalidHeader, 400, "INVALID_ARGUMENT", invalidArgument},
		{fault.Unauthenticated, 401, "UNAUTHENTICATED", unauthenticated},
		{fault.ExpiredCredentials, 401, "UNAUTHENTICATED", unauthenticated},
		{fault.MissingScope, 403, "PERMISSION_DENIED", denied},
		{fault.NotNetworkAuthenticated, 403, notNetworkCode, notNetworkMessage},
		{fault.NoNumber, 403, "NUMBER_VERIFICATION.INVALID_TOKEN_CONTEXT", noNumberMessage},
		{fault.Internal, 500, "INTERNAL", "Server error"},
		{fault.Unavailable, 503, "UNAVAILABLE", "Service unavailable"},
		{fault.Timeout, 504, "TIMEOUT", "Request timeout exceeded. Try later."},
	},
	"camara-1": {
		{fault.InvalidField, 400, "INVALID_ARGUMENT", invalidArgument},
		{fault.MissingCredentials, 401, "UNAUTHENTICATED", unauthenticated + "."},
		{fault.InvalidCredentials, 401, "UNAUTHENTICATED", unauthenticated + "."},
		{fault.ExpiredCredentials, 401, "AUTHENTICATION_REQUIRED", "New authentication is required."},
		{fault.MissingScope, 403, "PERMISSION_DENIED", denied + "."},
		{fault.NotNetworkAuthenticated, 403, notNetworkCode, notNetworkMessage},
		{fault.NoNumber, 403, "INVALID_TOKEN_CONTEXT", noNumberMessage},
		{fault.Internal, 500, "INTERNAL", "Server error"},
		{fault.Unavailable, 503, "UNAVAILABLE", "Service unavailable"},
		{fault.Timeout, 504, "TIMEOUT", "Request timeout exceeded. Try later."},
	},
	"camara-2":   camara2,
	"camara-wip": camara2,
	"vonage": {
		{fault.InvalidBody, 400, "INVALID_ARGUMENT", invalidArgument},
		{fault.MissingCredentials, 401, "UNAUTHENTICATED", unauthenticated},
		{fault.ExpiredCredentials, 401, "UNAUTHENTICATED", unauthenticated},
		{fault.MissingScope, 403, "PERMISSION_DENIED", denied},
		{fault.NotNetworkAuthenticated, 403, notNetworkCode, notNetworkMessage},
		{fault.NoNumber, 403, "NUMBER_VERIFICATION.INVALID_TOKEN_CONTEXT", noNumberMessage},
		{fault.Internal, 502, "INTERNAL", "Bad Gateway"},
		{fault.Unavailable, 502, "INTERNAL", "Bad Gateway"},
		{fault.Timeout, 502, "INTERNAL", "Bad Gateway"},
	},
	"telefonica": {
		{fault.MissingField, 400, "INVALID_ARGUMENT", invalidArgument},
		{fault.ExpiredCredentials, 401, "UNAUTHENTICATED", unauthenticated},
		{fault.MissingScope, 403, "PERMISSION_DENIED", denied},
		{fault.NotNetworkAuthenticated, 403, notNetworkCode, notNetworkMessage},
		{fault.NoNumber, 422, "UNIDENTIFIABLE_DEVICE", "The device cannot be identified"},
	},
	"konera": {
		{fault.InvalidField, 400, "INVALID_ARGUMENT", invalidArgument},
		{fault.ExpiredCredentials, 401, "UNAUTHENTICATED", unauthenticated},
		{fault.MissingScope, 403, "PERMISSION_DENIED", denied},
		{fault.NotNetworkAuthenticated, 403, notNetworkCode, notNetworkMessage},
		{fault.NoNumber, 403, "INVALID_TOKEN_CONTEXT", noNumberMessage},
		{fault.TooManyRequests, 429, "TOO_MANY_REQUESTS", "Too many requests. Try later."},
		{fault.Internal, 500, "INTERNAL", "Server error"},
		{fault.Unavailable, 500, "INTERNAL", "Server error"},
		{fault.Timeout, 500, "INTERNAL", "Server error"},
	},
	"orange": {
		{fault.MissingBody, 400, "21", "Missing body"},
		{fault.InvalidBody, 400, "22", "Invalid body"},
		{fault.MissingField, 400, "23", "Missing body field"},
		{fault.InvalidField, 400, "24", "Invalid body field"},
		{fault.MissingHeader, 400, "25", "Missing header"},
		{fault.InvalidHeader, 400, "26", "Invalid header value"},
		{fault.MissingParam, 400, "27", "Missing query-string parameter"},
		{fault.InvalidParam, 400, "28", "Invalid query-string parameter value"},
		{fault.MissingCredentials, 401, "40", "Missing credentials"},
		{fault.InvalidCredentials, 401, "41", "Invalid credentials"},
		{fault.ExpiredCredentials, 401, "42", "Expired credentials"},
		{fault.MissingScope, 403, "50", "Access denied"},
		{fault.Forbidden, 403, "51", "Forbidden requester"},
		{fault.NotNetworkAuthenticated, 403, "52", "Forbidden user"},
		{fault.NoNumber, 403, "52", "Forbidden user"},
		{fault.NotFound, 404, "60", "Resource not found"},
		{fault.MethodNotAllowed, 405, "61", "Method not allowed"},
		{fault.NotAcceptable, 406, "62", "Not acceptable"},
		{fault.TooLarge, 413, "66", "Request entity too large"},
		{fault.UnsupportedMediaType, 415, "68", "Unsupported Media Type"},
		{fault.TooManyRequests, 429, "53", "Too many requests"},
		{fault.Internal, 500, "1", "Internal error"},
		{fault.Unavailable, 503, "5", "The service is temporarily unavailable"},
		{fault.Timeout, 504, "6", "Gateway timeout"},
	},
	"otp-1": append(slices.Clone(oneTime),
		published{fault.MissingCredentials, 401, "UNAUTHENTICATED", unauthenticated + "."},
		published{fault.InvalidCredentials, 401, "UNAUTHENTICATED", unauthenticated + "."},
		published{fault.ExpiredCredentials, 401, "UNAUTHENTICATED", unauthenticated + "."},
		published{fault.Unroutable, 404, "NOT_FOUND", "The specified resource is not found."}),
	"otp-2": append(slices.Clone(oneTime),
		published{fault.MissingCredentials, 401, "UNAUTHENTICATED", unauthenticated + ". A new authentication is required."},
		published{fault.InvalidCredentials, 401, "UNAUTHENTICATED", unauthenticated + ". A new authentication is required."},
		published{fault.ExpiredCredentials, 401, "UNAUTHENTICATED", unauthenticated + ". A new authentication is required."},
		published{fault.Unroutable, 404, "IDENTIFIER_NOT_FOUND", "Device identifier not found."}),
	// the SDK's own README, and the answer of its test; what others it raises it leaves to its backend
	"mxlabs": {
		{kind: fault.MissingCredentials, status: 401, code: "invalid_api_key"},
		{kind: fault.InvalidCredentials, status: 401, code: "invalid_api_key"},
		{kind: fault.UnknownRequest, status: 404, code: "session_not_found_or_expired"},
	},
	// RFC 6749 §4.1.2.1 and §5.2, OpenID Connect Core §3.1.2.6, RFC 9101 §7, CIBA Core §11 and §13.
	"oauth": {
		{kind: fault.MissingParam, status: 400, code: "invalid_request"},
		{kind: fault.InvalidParam, status: 400, code: "invalid_request"},
		{kind: fault.InvalidRequest, status: 400, code: "invalid_request"},
		{kind: fault.InvalidClient, status: 401, code: "invalid_client"},
		{kind: fault.InvalidGrant, status: 400, code: "invalid_grant"},
		{kind: fault.UnauthorizedClient, status: 400, code: "unauthorized_client"},
		{kind: fault.UnsupportedGrantType, status: 400, code: "unsupported_grant_type"},
		{kind: fault.UnsupportedResponseType, status: 400, code: "unsupported_response_type"},
		{kind: fault.InvalidScope, status: 400, code: "invalid_scope"},
		{kind: fault.AccessDenied, status: 400, code: "access_denied"},
		{kind: fault.LoginRequired, status: 400, code: "login_required"},
		{kind: fault.ConsentRequired, status: 400, code: "consent_required"},
		{kind: fault.InvalidRequestObject, status: 400, code: "invalid_request_object"},
		{kind: fault.RequestURINotSupported, status: 400, code: "request_uri_not_supported"},
		{kind: fault.UnknownUserID, status: 400, code: "unknown_user_id"},
		{kind: fault.AuthorizationPending, status: 400, code: "authorization_pending"},
		{kind: fault.SlowDown, status: 400, code: "slow_down"},
		{kind: fault.ExpiredToken, status: 400, code: "expired_token"},
		{kind: fault.Internal, status: 500, code: "server_error"},
		{kind: fault.Unavailable, status: 503, code: "temporarily_unavailable"},
	},
}

// camara2 is 2.1.0, and main after it: status and code are enumerations, and server errors are left
// to Commonalities.
var camara2 = []published{
	{fault.MissingField, 400, "INVALID_ARGUMENT", invalidArgument},
	{fault.InvalidHeader, 400, "INVALID_ARGUMENT", invalidArgument},
	{fault.MissingCredentials, 401, "UNAUTHENTICATED", unauthenticated + ". A new authentication is required."},
	{fault.InvalidCredentials, 401, "UNAUTHENTICATED", unauthenticated + ". A new authentication is required."},
	{fault.ExpiredCredentials, 401, "UNAUTHENTICATED", unauthenticated + ". A new authentication is required."},
	{fault.MissingScope, 403, "PERMISSION_DENIED", denied + "."},
	{fault.NotNetworkAuthenticated, 403, notNetworkCode, notNetworkMessage},
	{fault.NoNumber, 403, notNetworkCode, notNetworkMessage},
}

// oneTime is what versions 1 and 2 of one-time passwords have in common. Which of a number's
// failures is which of the codes is the operator's to say.
var oneTime = []published{
	{fault.MissingBody, 400, "INVALID_ARGUMENT", invalidArgument + "."},
	{fault.MissingField, 400, "INVALID_ARGUMENT", invalidArgument + "."},
	{fault.InvalidHeader, 400, "INVALID_ARGUMENT", invalidArgument + "."},
	{fault.WrongCode, 400, "ONE_TIME_PASSWORD_SMS.INVALID_OTP", "The provided OTP is not valid for this authenticationId"},
	{fault.TooManyCodes, 400, "ONE_TIME_PASSWORD_SMS.VERIFICATION_FAILED", "The maximum number of attempts for this authenticationId was exceeded without providing a valid OTP"},
	{fault.Ended, 400, "ONE_TIME_PASSWORD_SMS.VERIFICATION_EXPIRED", "The authenticationId is no longer valid"},
	{fault.MissingScope, 403, "PERMISSION_DENIED", denied + "."},
	{fault.Barred, 403, "PERMISSION_DENIED", denied + "."},
	{fault.NumberCapped, 403, "ONE_TIME_PASSWORD_SMS.MAX_OTP_CODES_EXCEEDED", "Too many OTPs have been requested for this MSISDN. Try later."},
	{fault.UnsupportedNetwork, 403, "ONE_TIME_PASSWORD_SMS.PHONE_NUMBER_NOT_ALLOWED", "Phone_number can't receive an SMS due to business reasons in the operator."},
	{fault.NotOnDemoList, 403, "ONE_TIME_PASSWORD_SMS.PHONE_NUMBER_NOT_ALLOWED", "Phone_number can't receive an SMS due to business reasons in the operator."},
	{fault.Denied, 403, "ONE_TIME_PASSWORD_SMS.PHONE_NUMBER_BLOCKED", "Phone_number is blocked to receive SMS due to any blocking business reason in the operator."},
	{fault.Blocked, 403, "ONE_TIME_PASSWORD_SMS.PHONE_NUMBER_BLOCKED", "Phone_number is blocked to receive SMS due to any blocking business reason in the operator."},
	{fault.UnknownRequest, 404, "NOT_FOUND", "The specified resource is not found."},
	{fault.NotFound, 404, "NOT_FOUND", "The specified resource is not found."},
	{fault.QuotaExceeded, 429, "QUOTA_EXCEEDED", "Out of resource quota."},
	{fault.TooManyRequests, 429, "TOO_MANY_REQUESTS", "Rate limit reached."},
}

// In these versions status and code are enumerations, too.
func TestEnumerationsOfOneTime(t *testing.T) {
	t.Parallel()
	codes := map[int][]string{401: {"UNAUTHENTICATED"}, 429: {"QUOTA_EXCEEDED", "TOO_MANY_REQUESTS"}}
	for status, own := range map[int][]string{
		400: {"VERIFICATION_FAILED", "VERIFICATION_EXPIRED", "INVALID_OTP"},
		403: {"MAX_OTP_CODES_EXCEEDED", "PHONE_NUMBER_NOT_ALLOWED", "PHONE_NUMBER_BLOCKED"},
	} {
		codes[status] = []string{map[int]string{400: "INVALID_ARGUMENT", 403: "PERMISSION_DENIED"}[status]}
		for _, code := range own {
			codes[status] = append(codes[status], "ONE_TIME_PASSWORD_SMS."+code)
		}
	}
	for w, missing := range map[*wire.Wire][]string{
		wire.OneTime1: {"NOT_FOUND"}, wire.OneTime2: {"NOT_FOUND", "IDENTIFIER_NOT_FOUND"},
	} {
		codes[404] = missing
		for _, kind := range fault.Kinds() {
			got := w.Failures.Of(kind)
			if listed, enumerated := codes[got.Status]; enumerated && !slices.Contains(listed, got.Code) {
				t.Errorf("%s, %q: %d %s is not published", w.Name, kind, got.Status, got.Code)
			}
		}
	}
}

// The scope is one, and how an authenticationId is spelt each version says itself.
func TestOneTimeRules(t *testing.T) {
	t.Parallel()
	if got := wire.ClientScopes(); !slices.Equal(got, []string{"one-time-password-sms:send-validate"}) {
		t.Errorf("the scopes are %v", got)
	}
	for id, want := range map[string][2]bool{
		"ea0840f3-3663-4149-bd10-c7c6b8912105": {true, true}, "": {true, false}, "a_b": {true, false},
		strings.Repeat("é", 36): {true, false}, strings.Repeat("a", 36): {true, true},
		strings.Repeat("a", 37): {false, false}, "AZaz09-": {true, true},
	} {
		got := [2]bool{wire.OneTime1.OneTime.IsID(id), wire.OneTime2.OneTime.IsID(id)}
		if got != want {
			t.Errorf("%q: %v, want %v", id, got, want)
		}
	}
}

// ofEach returns what a test expects of the wires, and fails it for each that verifies numbers and
// is not in it.
func ofEach[T any](t *testing.T, expected map[*wire.Wire]T) map[*wire.Wire]T {
	t.Helper()
	for _, w := range wire.Wires() {
		if _, known := expected[w]; !known && w.Number.Verified != nil {
			t.Errorf("%s: say in this test what is expected of it", w.Name)
		}
	}
	return expected
}

func TestPublishedResponses(t *testing.T) {
	t.Parallel()
	for _, w := range wire.Wires() {
		if w.Number.Verified != nil && documents[w.Name] == nil {
			t.Errorf("%s: say in this test what its document publishes", w.Name)
		}
		for _, want := range documents[w.Name] {
			got := w.Failures.Of(want.kind)
			if got.Status != want.status || got.Code != want.code || want.message != "" && got.Message != want.message {
				t.Errorf("%s, %q: answers %d %s %q, published is %d %s %q",
					w.Name, want.kind, got.Status, got.Code, got.Message, want.status, want.code, want.message)
			}
		}
	}
}

// orangeCodes is the whole table of Orange's reference page: code, message and the statuses that it
// goes with.
var orangeCodes = map[string]map[int]string{
	"20": {400: "Invalid URL parameter value"},
	"21": {400: "Missing body"},
	"22": {400: "Invalid body"},
	"23": {400: "Missing body field"},
	"24": {400: "Invalid body field"},
	"25": {400: "Missing header"},
	"26": {400: "Invalid header value"},
	"27": {400: "Missing query-string parameter"},
	"28": {400: "Invalid query-string parameter value"},
	"40": {401: "Missing credentials"},
	"41": {401: "Invalid credentials"},
	"42": {401: "Expired credentials"},
	"50": {403: "Access denied"},
	"51": {403: "Forbidden requester"},
	"52": {403: "Forbidden user"},
	"53": {403: "Too many requests", 429: "Too many requests"},
	"60": {404: "Resource not found"},
	"61": {405: "Method not allowed"},
	"62": {406: "Not acceptable"},
	"63": {408: "Request time-out"},
	"69": {409: "Conflict"},
	"64": {411: "Length required"},
	"65": {412: "Precondition failed"},
	"66": {413: "Request entity too large"},
	"67": {414: "Request-URI too long"},
	"68": {415: "Unsupported Media Type"},
	"1":  {500: "Internal error", 502: "Internal error"},
	"3":  {502: "Bad gateway"},
	"5":  {503: "The service is temporarily unavailable"},
	"6":  {503: "Orange API is over capacity, retry later !", 504: "Gateway timeout"},
}

func TestOrangeAnswersNothingThatItsPageDoesNotList(t *testing.T) {
	t.Parallel()
	for _, kind := range fault.Kinds() {
		got := wire.Orange.Failures.Of(kind)
		if message, listed := orangeCodes[got.Code][got.Status]; !listed || got.Message != message {
			t.Errorf("%q: %d %s %q, the page has %q", kind, got.Status, got.Code, got.Message, message)
		}
	}
}

// Since 1.1.0 status and code are enumerations, to which Commonalities alone adds others.
func TestEnumerationsOfCAMARA2(t *testing.T) {
	t.Parallel()
	codes := map[int][]string{
		400: {"INVALID_ARGUMENT"},
		401: {"UNAUTHENTICATED"},
		403: {"PERMISSION_DENIED", notNetworkCode},
	}
	for _, w := range []*wire.Wire{wire.CAMARA2, wire.CAMARAWIP} {
		for _, kind := range fault.Kinds() {
			got := w.Failures.Of(kind)
			if listed, enumerated := codes[got.Status]; enumerated && !slices.Contains(listed, got.Code) {
				t.Errorf("%s, %q: %d %s is not published", w.Name, kind, got.Status, got.Code)
			}
		}
	}
}

// The scopes stand here without their purpose.
func TestPublishedScopes(t *testing.T) {
	t.Parallel()
	const verify, share = "number-verification:verify", "number-verification:device-phone-number:read"
	for w, want := range ofEach(t, map[*wire.Wire][2][]string{
		wire.CAMARA0:    {{"number-verification-verify-read"}, {"number-verification-share-read"}},
		wire.CAMARA1:    {{verify}, {share}},
		wire.CAMARA2:    {{verify}, {share}},
		wire.CAMARAWIP:  {{verify}, {share}},
		wire.Vonage:     {{"number-verification-verify-read"}, nil},
		wire.Telefonica: {{verify}, {"number-verification:read"}},
		wire.Konera:     {{verify}, nil},
		wire.Orange:     {{verify, "number-verification"}, {share, "number-verification"}},
	}) {
		if !slices.Equal(w.Number.VerifyScopes, want[0]) || !slices.Equal(w.Number.ShareScopes, want[1]) {
			t.Errorf("%s: %v and %v, published are %v", w.Name, w.Number.VerifyScopes, w.Number.ShareScopes, want)
		}
	}
}

// These paths are served, and none beside them.
func TestPublishedRoutes(t *testing.T) {
	t.Parallel()
	want := map[string]wire.Operation{}
	for op, routes := range map[wire.Operation][]string{
		wire.Verify: {
			"POST /number-verification/v0/verify", "POST /camara/number-verification/v0/verify",
			"POST /number-verification/v1/verify", "POST /number-verification/v2/verify", "POST /number-verification/vwip/verify",
			"POST /camara/number-verification/v031/verify", "POST /v1/number-verification/verify",
			"POST /camara/api/number-verification/v1/verify", "POST /api/number-verification/v1/verify",
		},
		wire.Share: {
			"GET /number-verification/v0/device-phone-number", "GET /camara/number-verification/v0/device-phone-number",
			"GET /number-verification/v1/device-phone-number", "GET /number-verification/v2/device-phone-number",
			"GET /number-verification/vwip/device-phone-number", "POST /v1/number-verification/share",
		},
		wire.Authorize:   {"GET /oauth2/authorize", "POST /oauth2/authorize", "GET /oauth2/auth", "GET /camara/api/auth/v1/authorize"},
		wire.Token:       {"POST /oauth2/token", "POST /camara/api/auth/v1/token"},
		wire.Backchannel: {"POST /oauth2/bc-authorize"},
		wire.Callback:    {"GET /oauth2/callback/{upstream}"},
		wire.Revoke:      {"POST /oauth2/revoke"},
		wire.Discovery:   {"GET /.well-known/openid-configuration", "GET /oauth2/jwks", "HEAD /.well-known/openid-configuration", "HEAD /oauth2/jwks"},
		wire.PINRequest: {
			"GET /verify/json", "POST /verify/json", "GET /verify/xml", "POST /verify/xml",
			"GET /verify/psd2/json", "POST /verify/psd2/json", "GET /verify/psd2/xml", "POST /verify/psd2/xml",
		},
		wire.PINCheck:       {"GET /verify/check/json", "POST /verify/check/json", "GET /verify/check/xml", "POST /verify/check/xml"},
		wire.PINSearch:      {"GET /verify/search/json", "POST /verify/search/json", "GET /verify/search/xml", "POST /verify/search/xml"},
		wire.PINControl:     {"GET /verify/control/json", "POST /verify/control/json", "GET /verify/control/xml", "POST /verify/control/xml"},
		wire.NetworkUnblock: {"POST /verify/network-unblock"},
		wire.OTPSend: {
			"POST /one-time-password-sms/v1/send-code", "POST /one-time-password-sms/v2/send-code",
		},
		wire.OTPValidate: {
			"POST /one-time-password-sms/v1/validate-code", "POST /one-time-password-sms/v2/validate-code",
		},
		wire.MXLabsVerify:  {"POST /mxlabs/number-verify"}, // its SDK takes any
		wire.FallbackStart: {"POST /fallback"},
		wire.FallbackState: {"GET /fallback"},
		wire.FallbackCheck: {"POST /fallback/check"},
		// of the OpenAPI document, and as SDKs of Java and Ruby spell them
		wire.Verify2Request: {"POST /v2/verify", "POST /v2/verify/"},
		wire.Verify2Check:   {"POST /v2/verify/{id}", "POST /v2/verify/{id}/"},
		wire.Verify2Next: {
			"POST /v2/verify/{id}/next_workflow", "POST /v2/verify/{id}/next_workflow/",
			"POST /v2/verify/{id}/next-workflow", "POST /v2/verify/{id}/next-workflow/",
		},
		wire.Verify2Cancel: {"DELETE /v2/verify/{id}", "DELETE /v2/verify/{id}/"},
		wire.SilentAuth:    {"GET /v2/verify/{id}/silent-auth/redirect"},
		wire.Verify2Templates: {
			"GET /v2/verify/templates", "POST /v2/verify/templates",
			"GET /v2/verify/templates/{template_id}", "PATCH /v2/verify/templates/{template_id}",
			"DELETE /v2/verify/templates/{template_id}",
			"GET /v2/verify/templates/{template_id}/template_fragments",
			"POST /v2/verify/templates/{template_id}/template_fragments",
			"GET /v2/verify/templates/{template_id}/template_fragments/{template_fragment_id}",
			"PATCH /v2/verify/templates/{template_id}/template_fragments/{template_fragment_id}",
			"DELETE /v2/verify/templates/{template_id}/template_fragments/{template_fragment_id}",
		},
	} {
		for _, r := range routes {
			want[r] = op
		}
		got := wire.Routes(op)
		for _, r := range got {
			if want[r.Method+" "+r.Path] != op {
				t.Errorf("%s %s is not published for %s", r.Method, r.Path, op)
			}
		}
		if len(got) != len(routes) {
			t.Errorf("%s has %d routes, want %d", op, len(got), len(routes))
		}
	}
	if served := len(wire.Routes("")); served != len(want) {
		t.Errorf("%d routes are served, %d are published", served, len(want))
	}
	for _, r := range wire.Routes(wire.Share) {
		if r.Method == http.MethodPost && !r.Wire.Number.Device {
			t.Errorf("%s reads a body and knows no member of it", r.Path)
		}
	}
}
