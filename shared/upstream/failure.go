package upstream

import (
	"net/http"
	"strings"
)

// codes are the codes of errors by what they mean: CAMARA's (Commonalities, Number Verification) in
// upper case, and OAuth's (RFC 6749, OpenID Connect Core, CIBA) in lower case.
var codes = map[string]Outcome{
	"USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK":   OtherNetwork,
	"USER_NOT_AUTHENTICATED_BY_SUPPORTED_METHOD": OtherNetwork,
	"USER_NOT_AUTHENTICATED_BY_IP":               OtherNetwork,
	"INVALID_TOKEN_CONTEXT":                      NoNumber,
	"UNIDENTIFIABLE_DEVICE":                      NoNumber,
	"UNIDENTIFIABLE_PHONE_NUMBER":                NoNumber,
	"IDENTIFIER_NOT_FOUND":                       NoNumber,
	"SERVICE_NOT_APPLICABLE":                     NotCovered,
	"UNSUPPORTED_IDENTIFIER":                     NotCovered,
	"TOO_MANY_REQUESTS":                          Busy,
	"QUOTA_EXCEEDED":                             Busy,
	"CONFLICT":                                   Conflict,
	"ABORTED":                                    Conflict,
	"PERMISSION_DENIED":                          Misconfigured,
	"UNAUTHENTICATED":                            Misconfigured,

	"access_denied":              OtherNetwork,
	"login_required":             OtherNetwork,
	"unknown_user_id":            OtherNetwork,
	"consent_required":           NoConsent,
	"interaction_required":       NoConsent,
	"account_selection_required": NoConsent,
	"temporarily_unavailable":    Busy,
	"slow_down":                  Busy,
	"server_error":               Burned,
	"invalid_grant":              Refusal,
	"expired_token":              Refusal,
	"invalid_client":             Misconfigured,
	"unauthorized_client":        Misconfigured,
	"unsupported_grant_type":     Misconfigured,
	"unsupported_response_type":  Misconfigured,
	"invalid_scope":              Misconfigured,
	"invalid_request":            Misconfigured,
}

// Failed returns what an error of the upstream means whose code it is, in either case, by its own
// profile first; false for one that nobody knows.
func (p Peer) Failed(code string) (Outcome, bool) {
	_, short, dotted := strings.Cut(code, ".") // NUMBER_VERIFICATION.INVALID_TOKEN_CONTEXT
	if !dotted {
		short = code
	}
	for _, table := range []map[string]Outcome{p.profile.Errors, codes} {
		for _, spelt := range []string{strings.ToUpper(short), strings.ToLower(short)} {
			if o, known := table[spelt]; known {
				return o, true
			}
		}
	}
	return 0, false
}

// refused returns what an answer means that is no success.
func (p Peer) refused(a answer) Outcome {
	if o, known := p.Failed(a.code()); known {
		return o
	}
	return ofStatus(a.status, http.StatusBadRequest)
}

// disputed returns what an answer means that is no success, to a call that what a device brought
// goes to: a device must not be able to make up what counts against the upstream.
func (p Peer) disputed(a answer) Outcome {
	o := p.refused(a)
	_, known := p.Failed(a.code())
	says := a.status == http.StatusUnauthorized ||
		known && !strings.EqualFold(a.code(), "invalid_request")
	if o == Misconfigured && (p.profile.Bare || !says) {
		return Disputed
	}
	return o
}

// ofStatus returns what a status means that nothing else explains. ours is one that says, besides
// 401 and 403, that our own side is wrong.
func ofStatus(status, ours int) Outcome {
	switch {
	case status >= http.StatusInternalServerError:
		return Burned
	case status == http.StatusTooManyRequests:
		return Busy
	case status == http.StatusConflict:
		return Conflict
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == ours:
		return Misconfigured
	default:
		return Malformed
	}
}
