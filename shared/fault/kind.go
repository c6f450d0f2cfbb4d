package fault

// Kind is one way in which a call can fail. The zero value is Internal, so a failure that nobody
// named is never mistaken for a client's mistake.
type Kind uint8

// The classes. Each other kind belongs to one (see [Kind.Class]), and every wire format says what
// it answers for each.
const (
	// Internal is a failure that nobody foresaw.
	Internal Kind = iota
	// Unavailable is a dependency that is away or throttles; the same call may succeed later.
	Unavailable
	// Timeout is a call that ran out of its time.
	Timeout
	// BadRequest is a request that cannot be understood or is not allowed as it stands.
	BadRequest
	// Unauthenticated is a request without acceptable credentials.
	Unauthenticated
	// Forbidden is a request whose credentials do not allow it.
	Forbidden
	// NotFound is a path or an identifier that names nothing.
	NotFound
	// MethodNotAllowed is a method that the path does not serve.
	MethodNotAllowed
	// NotAcceptable is an Accept header that excludes what we can write.
	NotAcceptable
	// TooLarge is a body over the limit.
	TooLarge
	// UnsupportedMediaType is a body in a format that we do not read.
	UnsupportedMediaType
	// TooManyRequests is a caller over its rate.
	TooManyRequests

	classes // the number of classes
)

// Requests that cannot be understood: the class BadRequest.
const (
	// MissingBody is a request without the body that it needs.
	MissingBody Kind = classes + iota
	// InvalidBody is a body that is no JSON, not UTF-8, too deep or has a key twice.
	InvalidBody
	// MissingField is a body without a field that it needs.
	MissingField
	// InvalidField is a body with a field whose value is not allowed.
	InvalidField
	// MissingHeader is a request without a header that it needs.
	MissingHeader
	// InvalidHeader is a header whose value is not allowed.
	InvalidHeader
	// MissingParam is a query or form without a parameter that it needs.
	MissingParam
	// InvalidParam is a query or form parameter whose value is not allowed.
	InvalidParam
)

// Requests without acceptable credentials: the class Unauthenticated.
const (
	// MissingCredentials is a request without any.
	MissingCredentials Kind = InvalidParam + 1 + iota
	// InvalidCredentials are malformed, unknown, forged, revoked or used up.
	InvalidCredentials
	// ExpiredCredentials were good and are no longer.
	ExpiredCredentials
)

// Requests whose credentials do not allow them: the class Forbidden.
const (
	// MissingScope is a token without the scope that the operation needs.
	MissingScope Kind = ExpiredCredentials + 1 + iota
	// NotNetworkAuthenticated is a token whose user the network or the SIM did not authenticate.
	NotNetworkAuthenticated
	// NoNumber is a token from which no phone number follows.
	NoNumber
)

// Failures of OAuth 2.0, OpenID Connect and CIBA, named by their error codes.
const (
	// InvalidRequest is RFC 6749 §5.2 invalid_request.
	InvalidRequest Kind = NoNumber + 1 + iota
	// InvalidClient is RFC 6749 §5.2 invalid_client.
	InvalidClient
	// LongAssertion is an invalid_client whose assertion is good but for its lifetime.
	LongAssertion
	// UnsupportedTokenType is RFC 7009 §2.2.1 unsupported_token_type.
	UnsupportedTokenType
	// InvalidGrant is RFC 6749 §5.2 invalid_grant.
	InvalidGrant
	// UnauthorizedClient is RFC 6749 §5.2 unauthorized_client.
	UnauthorizedClient
	// UnsupportedGrantType is RFC 6749 §5.2 unsupported_grant_type.
	UnsupportedGrantType
	// UnsupportedResponseType is RFC 6749 §4.1.2.1 unsupported_response_type.
	UnsupportedResponseType
	// InvalidScope is RFC 6749 §5.2 invalid_scope.
	InvalidScope
	// AccessDenied is RFC 6749 §4.1.2.1 access_denied: nobody could be identified, or the operator
	// refuses.
	AccessDenied
	// LoginRequired is OpenID Connect Core §3.1.2.6 login_required: prompt=none and nobody could be
	// identified.
	LoginRequired
	// ConsentRequired is OpenID Connect Core §3.1.2.6 consent_required: the client wants consent
	// asked, and no page asks it.
	ConsentRequired
	// InvalidRequestObject is RFC 9101 §7 invalid_request_object.
	InvalidRequestObject
	// RequestURINotSupported is OpenID Connect Core §3.1.2.6 request_uri_not_supported.
	RequestURINotSupported
	// UnknownUserID is CIBA Core §13 unknown_user_id: the hint names nobody.
	UnknownUserID
	// AuthorizationPending is CIBA Core §11 authorization_pending.
	AuthorizationPending
	// SlowDown is CIBA Core §11 slow_down: the client polls faster than its interval, which grows
	// by 5 s.
	SlowDown
	// ExpiredToken is CIBA Core §11 expired_token: the auth_req_id ran out.
	ExpiredToken
)

// Failures of PIN verification.
const (
	// Incomplete is credentials that are only half there.
	Incomplete Kind = ExpiredToken + 1 + iota
	// TooLong is a parameter longer than allowed.
	TooLong
	// InvalidCodeLength is a length that no PIN may have.
	InvalidCodeLength
	// InvalidCode is a code with characters that no PIN has.
	InvalidCode
	// InvalidCommand is a command that is none.
	InvalidCommand
	// UnknownRequest is a request_id that names no verification of this account that is still open.
	UnknownRequest
	// Unroutable is a number that no sender reaches.
	Unroutable
	// Denied is a number on the deny list.
	Denied
	// Blocked is a number whose network is blocked for a time.
	Blocked
	// Barred is an account that may not submit messages.
	Barred
	// QuotaExceeded is a budget that is spent.
	QuotaExceeded
	// Concurrent is a number that has a live verification, whose id the failure carries.
	Concurrent
	// UnsupportedNetwork is a destination that the account or the request does not allow.
	UnsupportedNetwork
	// WrongCode is a code that is not the PIN; the failure carries the request_id.
	WrongCode
	// TooManyCodes is the wrong code that ended the verification, or one after it.
	TooManyCodes
	// TooManyIDs is more request_ids than one search takes.
	TooManyIDs
	// CancelTooEarly is a cancel within the first 30 s.
	CancelTooEarly
	// CancelTooLate is a cancel after the second event.
	CancelTooLate
	// NoMoreEvents is a wish for the next event after the last one.
	NoMoreEvents
	// NoCode is a code for a step that has given none.
	NoCode
	// NotThisLine is a device whose line is not the one that its silent step asks for.
	NotThisLine
	// UnknownLine is a device whose line nobody can tell.
	UnknownLine
	// PINCodeNotSupported is a PIN that the caller chose and may not choose.
	PINCodeNotSupported
	// NotOnDemoList is a demo account's number that is not on its list.
	NotOnDemoList
	// NumberCapped is a number that has had as many verifications or messages as it may, or that
	// rests: the class TooManyRequests.
	NumberCapped
	// Ended is a code for a verification that has ended otherwise than by wrong ones.
	Ended
)

// Failures of the fallback.
const (
	// UnknownMember is a body with a member that the operation does not have, whose name is the
	// failure's ID.
	UnknownMember Kind = Ended + 1 + iota
	// KeyReused is an idempotency key that another request had.
	KeyReused
	// NotWaiting is a code for a fallback that waits for none.
	NotWaiting
)

// Failures of message templates.
const (
	// UnknownTemplate is an ID that names no template of this account: the class NotFound.
	UnknownTemplate Kind = NotWaiting + 1 + iota
	// UnknownFragment is an ID that names no fragment of the template: the class NotFound.
	UnknownFragment
	// TemplateExists is a name that another template of the account has.
	TemplateExists
	// FragmentExists is a channel and a locale for which the template has a fragment.
	FragmentExists
	// TooManyTemplates is one more than an account may have.
	TooManyTemplates
	// TooManyFragments is one more than a template may have.
	TooManyFragments
	// TemplateNotEmpty is a template that is to go and has fragments.
	TemplateNotEmpty
)

// Failures of upstreams.
const (
	// NotCovered is a line or network that the upstream does not answer for: the class Forbidden.
	NotCovered Kind = TemplateNotEmpty + 1 + iota
	// Misconfigured is what an upstream says of our own credentials, scopes or addresses: the class
	// Unavailable.
	Misconfigured
)

// Failures of administration.
const (
	// Changed is a record that somebody else has written since it was read.
	Changed Kind = Misconfigured + 1 + iota

	kinds // the number of kinds
)

// Kinds gives every kind, for tables that must be total.
func Kinds() []Kind {
	all := make([]Kind, kinds)
	for k := range all {
		all[k] = Kind(k)
	}
	return all
}

// Classes gives the classes, which every wire format must answer for itself.
func Classes() []Kind { return Kinds()[:classes] }

// Class gives the general kind that k belongs to: a wire format that has no answer of its own for k
// gives that one's. The class of a class is itself.
func (k Kind) Class() Kind {
	switch {
	case k < classes:
		return k
	case k <= InvalidParam:
		return BadRequest
	case k <= ExpiredCredentials, k == InvalidClient, k == LongAssertion:
		return Unauthenticated
	case k <= NoNumber, k == AccessDenied, k == Barred, k == NotThisLine, k == NotCovered:
		return Forbidden
	case k == UnknownTemplate, k == UnknownFragment:
		return NotFound
	case k == NumberCapped:
		return TooManyRequests
	case k == Misconfigured:
		return Unavailable
	default:
		return BadRequest
	}
}

// Ours tells whether a failure of the kind lies with us and not with the request: repeated, it may
// succeed.
func (k Kind) Ours() bool {
	switch k.Class() {
	case Internal, Unavailable, Timeout:
		return true
	default:
		return false
	}
}

// String gives the kind's name, as logs and tests show it.
func (k Kind) String() string {
	if int(k) < len(names) {
		return names[k]
	}
	return "unknown kind"
}
