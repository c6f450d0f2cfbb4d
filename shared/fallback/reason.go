package fallback

import (
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// SilentResult is what the silent way came to.
type SilentResult struct {
	// Outcome is one of the four.
	Outcome Outcome `json:"outcome"`
	// Reason tells why the outcome is Unknown; empty for any other.
	Reason Reason `json:"reason,omitempty"`
}

// Outcome is how silent verification can end.
type Outcome string

// The outcomes.
const (
	// Proved is a line whose number is the one asked for.
	Proved Outcome = "verified"
	// Mismatch is a line of another number.
	Mismatch Outcome = "mismatch"
	// Unknown is a proof from which nobody could tell.
	Unknown Outcome = "unknown"
	// NotTried is a request without a proof.
	NotTried Outcome = "not_tried"
)

// Outcomes returns every outcome.
func Outcomes() []Outcome { return []Outcome{Proved, Mismatch, Unknown, NotTried} }

// Reason is one word that tells why. The words of silence are those of [SilentReasons], the words
// of results those of [Reasons]; the OpenAPI document explains each.
type Reason string

// Why nobody could tell silently. Those of OAuth and CIBA are error codes.
const (
	ReasonInvalidRequest          Reason = "invalid_request"
	ReasonInvalidClient           Reason = "invalid_client"
	ReasonInvalidGrant            Reason = "invalid_grant"
	ReasonInvalidScope            Reason = "invalid_scope"
	ReasonUnauthorizedClient      Reason = "unauthorized_client"
	ReasonUnsupportedGrantType    Reason = "unsupported_grant_type"
	ReasonAccessDenied            Reason = "access_denied"
	ReasonUnknownUserID           Reason = "unknown_user_id"
	ReasonAuthorizationPending    Reason = "authorization_pending"
	ReasonSlowDown                Reason = "slow_down"
	ReasonExpiredToken            Reason = "expired_token"
	ReasonMissingScope            Reason = "missing_scope"
	ReasonNotNetworkAuthenticated Reason = "not_network_authenticated"
	ReasonNoNumber                Reason = "no_number"
	ReasonConsentRequired         Reason = "consent_required"
	// What an upstream did not tell of the line.
	ReasonNotCovered            Reason = "not_covered"
	ReasonUpstreamBusy          Reason = "upstream_busy"
	ReasonUpstreamUnavailable   Reason = "upstream_unavailable"
	ReasonUpstreamTimeout       Reason = "upstream_timeout"
	ReasonUpstreamMalformed     Reason = "upstream_malformed"
	ReasonUpstreamMisconfigured Reason = "upstream_misconfigured"
	// ReasonLate is a silent way of which nothing was heard before the PIN was begun.
	ReasonLate Reason = "late"
)

// SilentReasons returns every reason that a SilentResult can have.
func SilentReasons() []Reason {
	return []Reason{
		ReasonInvalidRequest,
		ReasonInvalidClient,
		ReasonInvalidGrant,
		ReasonInvalidScope,
		ReasonUnauthorizedClient,
		ReasonUnsupportedGrantType,
		ReasonAccessDenied,
		ReasonUnknownUserID,
		ReasonAuthorizationPending,
		ReasonSlowDown,
		ReasonExpiredToken,
		ReasonMissingScope,
		ReasonNotNetworkAuthenticated,
		ReasonNoNumber,
		ReasonConsentRequired,
		ReasonNotCovered,
		ReasonUpstreamBusy,
		ReasonUpstreamUnavailable,
		ReasonUpstreamTimeout,
		ReasonUpstreamMalformed,
		ReasonUpstreamMisconfigured,
		ReasonLate,
	}
}

// Why a number was not verified. The first three are ends of a PIN verification, the last one is
// that nobody could tell; the others kept one from beginning.
const (
	ReasonFailed             Reason = "failed"
	ReasonExpired            Reason = "expired"
	ReasonCancelled          Reason = "cancelled"
	ReasonConcurrent         Reason = "concurrent"
	ReasonDenied             Reason = "denied"
	ReasonBlocked            Reason = "blocked"
	ReasonUnsupportedNetwork Reason = "unsupported_network"
	ReasonUnroutable         Reason = "unroutable"
	ReasonTooManyRequests    Reason = "too_many_requests"
	ReasonQuotaExceeded      Reason = "quota_exceeded"
	ReasonBarred             Reason = "barred"
	ReasonNotOnDemoList      Reason = "not_on_demo_list"
	// ReasonInvalidParams is a request that the account's terms no longer allow as it stands.
	ReasonInvalidParams Reason = "invalid_params"
	ReasonUnavailable   Reason = "unavailable"
)

// Reasons returns every reason that a Result can have.
func Reasons() []Reason {
	return []Reason{
		ReasonFailed, ReasonExpired, ReasonCancelled, ReasonConcurrent, ReasonDenied, ReasonBlocked,
		ReasonUnsupportedNetwork, ReasonUnroutable, ReasonTooManyRequests, ReasonQuotaExceeded,
		ReasonBarred, ReasonNotOnDemoList, ReasonInvalidParams, ReasonUnavailable,
	}
}

var silenceReasons = map[fault.Kind]Reason{
	fault.InvalidClient:           ReasonInvalidClient,
	fault.LongAssertion:           ReasonInvalidClient,
	fault.InvalidGrant:            ReasonInvalidGrant,
	fault.InvalidScope:            ReasonInvalidScope,
	fault.UnauthorizedClient:      ReasonUnauthorizedClient,
	fault.UnsupportedGrantType:    ReasonUnsupportedGrantType,
	fault.UnknownUserID:           ReasonUnknownUserID,
	fault.AuthorizationPending:    ReasonAuthorizationPending,
	fault.SlowDown:                ReasonSlowDown,
	fault.ExpiredToken:            ReasonExpiredToken,
	fault.MissingScope:            ReasonMissingScope,
	fault.NotNetworkAuthenticated: ReasonNotNetworkAuthenticated,
	fault.NoNumber:                ReasonNoNumber,
	fault.ConsentRequired:         ReasonConsentRequired,
	// Of these kinds a proof is of an upstream's alone: else the step fails, and is repeated.
	fault.NotCovered:      ReasonNotCovered,
	fault.TooManyRequests: ReasonUpstreamBusy,
	fault.Unavailable:     ReasonUpstreamUnavailable,
	fault.Timeout:         ReasonUpstreamTimeout,
	fault.Internal:        ReasonUpstreamMalformed,
	fault.Misconfigured:   ReasonUpstreamMisconfigured,
}

// silenceReason returns the word for why nobody could tell.
func silenceReason(kind fault.Kind) Reason {
	if r, own := silenceReasons[kind]; own {
		return r
	}
	switch kind.Class() {
	case fault.Unauthenticated: // the client is known by now: what it holds is no longer good
		return ReasonInvalidGrant
	case fault.Forbidden:
		return ReasonAccessDenied
	default:
		return ReasonInvalidRequest
	}
}

var refusalReasons = map[fault.Kind]Reason{
	fault.Concurrent:         ReasonConcurrent,
	fault.Denied:             ReasonDenied,
	fault.Blocked:            ReasonBlocked,
	fault.UnsupportedNetwork: ReasonUnsupportedNetwork,
	fault.Unroutable:         ReasonUnroutable,
	fault.TooManyRequests:    ReasonTooManyRequests,
	fault.NumberCapped:       ReasonTooManyRequests,
	fault.QuotaExceeded:      ReasonQuotaExceeded,
	fault.Barred:             ReasonBarred,
	fault.NotOnDemoList:      ReasonNotOnDemoList,
}

// refused returns the result of a fallback whose PIN verification could not begin.
func refused(err error) Result {
	failure := fault.As(err)
	reason, own := refusalReasons[failure.Kind]
	if !own {
		reason = ReasonInvalidParams
	}
	switch r := (Result{Reason: reason}); reason {
	case ReasonConcurrent: // whoever holds its PIN can still enter it
		r.RequestID = failure.ID
		return r
	case ReasonBlocked:
		r.Network = failure.ID
		return r
	default:
		return r
	}
}

var endReasons = map[verification.State]Reason{
	verification.Failed:     ReasonFailed,
	verification.Expired:    ReasonExpired,
	verification.Cancelled:  ReasonCancelled,
	verification.Superseded: ReasonCancelled,
}

// Ended returns the result of a fallback whose PIN verification has ended.
func Ended(e verification.Ending) Result {
	return Result{
		Verified:  e.State == verification.Success,
		Method:    string(e.Channel),
		RequestID: e.RequestID,
		Reason:    endReasons[e.State],
	}
}
