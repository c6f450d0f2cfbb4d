package wire

import (
	"fmt"
	"html"
	"net/http"
	"slices"

	"lineproof/shared/fault"
)

// The operations of the authorization server.
const (
	Authorize   Operation = "authorize"
	Callback    Operation = "callback"
	Token       Operation = "token"
	Backchannel Operation = "backchannel"
	Revoke      Operation = "revoke"
	Discovery   Operation = "discovery"
)

// errorOAuth is the error body of RFC 6749 §5.2.
type errorOAuth struct {
	Error       string `json:"error"`
	Description string `json:"error_description,omitempty"`
}

func shapeOAuth(a Answer, failure *fault.Error) any {
	return errorOAuth{a.Code, Named(a.Message, failure)}
}

// oauthFailures are the errors of RFC 6749, OpenID Connect Core and CIBA Core. Codes are fixed by
// these documents; where HTTP has a better status than 400 for what OAuth does not speak of, that
// status is kept.
var oauthFailures = Table{
	fault.Internal: answer(http.StatusInternalServerError, "server_error", "The server failed"),
	fault.Unavailable: answer(
		http.StatusServiceUnavailable, "temporarily_unavailable",
		"The server cannot answer now; repeat the request later",
	),
	fault.Timeout: answer(
		http.StatusServiceUnavailable, "temporarily_unavailable",
		"The server did not answer in time; repeat the request later",
	),
	fault.BadRequest: answer(
		http.StatusBadRequest, "invalid_request", "The request is malformed or lacks a parameter",
	),
	fault.Unauthenticated: answer(
		http.StatusUnauthorized, "invalid_client", "Client authentication failed",
	),
	fault.Forbidden: answer(http.StatusForbidden, "access_denied", "The request is denied"),
	fault.NotFound:  answer(http.StatusNotFound, "invalid_request", "No endpoint has this path"),
	fault.MethodNotAllowed: answer(
		http.StatusMethodNotAllowed, "invalid_request", "The endpoint does not take this method",
	),
	fault.NotAcceptable: answer(
		http.StatusNotAcceptable, "invalid_request", "The endpoint serves application/json only",
	),
	fault.TooLarge: answer(
		http.StatusRequestEntityTooLarge, "invalid_request", "The request body exceeds 8192 bytes",
	),
	fault.UnsupportedMediaType: answer(
		http.StatusUnsupportedMediaType, "invalid_request",
		"The endpoint reads application/x-www-form-urlencoded only",
	),
	fault.TooManyRequests: answer(
		http.StatusTooManyRequests, "temporarily_unavailable",
		"Too many requests; repeat the request later",
	),

	fault.MissingParam: answer(http.StatusBadRequest, "invalid_request", "A parameter is missing"),
	fault.InvalidParam: answer(
		http.StatusBadRequest, "invalid_request", "A parameter is invalid or repeated",
	),

	fault.InvalidRequest: answer(
		http.StatusBadRequest, "invalid_request", "The request is malformed or lacks a parameter",
	),
	fault.InvalidClient: answer(
		http.StatusUnauthorized, "invalid_client", "Client authentication failed",
	),
	fault.LongAssertion: answer(
		http.StatusUnauthorized, "invalid_client",
		"The client assertion may live 300 seconds at most, from its iat and from now to its exp",
	),
	fault.UnsupportedTokenType: answer(
		http.StatusBadRequest, "unsupported_token_type",
		"Only refresh tokens and access tokens of a subscriber can be revoked",
	),
	fault.InvalidGrant: answer(
		http.StatusBadRequest, "invalid_grant",
		"The grant is invalid, expired, used or was issued to another client",
	),
	fault.UnauthorizedClient: answer(
		http.StatusBadRequest, "unauthorized_client", "The client may not use this grant type",
	),
	fault.UnsupportedGrantType: answer(
		http.StatusBadRequest, "unsupported_grant_type", "The grant type is not supported",
	),
	fault.UnsupportedResponseType: answer(
		http.StatusBadRequest, "unsupported_response_type",
		"Only the response type code is supported",
	),
	fault.InvalidScope: answer(
		http.StatusBadRequest, "invalid_scope",
		"The scope is unknown, not allowed to the client, or its purpose is missing or ambiguous",
	),
	fault.AccessDenied: answer(
		http.StatusBadRequest, "access_denied",
		"The mobile network identified nobody on this connection",
	),
	fault.NotNetworkAuthenticated: answer(
		http.StatusBadRequest, "access_denied",
		"The mobile network identified nobody on this connection",
	),
	fault.NotCovered: answer(
		http.StatusBadRequest, "access_denied", "The subscriber's network is not covered",
	),
	fault.LoginRequired: answer(
		http.StatusBadRequest, "login_required",
		"The mobile network identified nobody on this connection",
	),
	fault.ConsentRequired: answer(
		http.StatusBadRequest, "consent_required", "No page asks for consent here",
	),
	fault.InvalidRequestObject: answer(
		http.StatusBadRequest, "invalid_request_object", "The request object is invalid",
	),
	fault.RequestURINotSupported: answer(
		http.StatusBadRequest, "request_uri_not_supported",
		"The parameter request_uri is not supported",
	),
	fault.UnknownUserID: answer(
		http.StatusBadRequest, "unknown_user_id", "The hint identifies nobody",
	),
	fault.AuthorizationPending: answer(
		http.StatusBadRequest, "authorization_pending", "The subscriber is not identified yet",
	),
	fault.SlowDown: answer(
		http.StatusBadRequest, "slow_down",
		"The client polls too fast; its interval grows by 5 seconds",
	),
	fault.ExpiredToken: answer(
		http.StatusBadRequest, "expired_token", "The auth_req_id has expired",
	),
}

// OAuth is the wire of the endpoints that clients' servers call, and of the metadata.
var OAuth = declare(Wire{
	Name:   "oauth",
	Source: "RFC 6749, RFC 7009, RFC 7523, OpenID Connect Core and Discovery 1.0, CIBA Core 1.0, CAMARA Security and Interoperability Profile",
	Bases:  []string{"/oauth2", "/.well-known", "/camara/api/auth/v1"},
	Routes: slices.Concat(
		routes(Token, http.MethodPost, "/oauth2/token", "/camara/api/auth/v1/token"),
		routes(Backchannel, http.MethodPost, "/oauth2/bc-authorize"),
		routes(Revoke, http.MethodPost, "/oauth2/revoke"),
		routes(Discovery, http.MethodGet, "/.well-known/openid-configuration", "/oauth2/jwks"),
		// RFC 9110 §9.1
		routes(Discovery, http.MethodHead, "/.well-known/openid-configuration", "/oauth2/jwks"),
	),
	Codec:     JSON, // and no Media: Vonage's Python SDK labels its forms application/json
	Failures:  oauthFailures,
	Shape:     shapeOAuth,
	Challenge: "Basic",
})

// Page is the wire of the authorization endpoint, which a person's browser calls. What cannot be
// sent back to the client by a redirect is shown as a plain page.
var Page = declare(Wire{
	Name:   "page",
	Source: "RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6",
	Routes: slices.Concat(
		routes(
			Authorize, http.MethodGet, "/oauth2/authorize", "/oauth2/auth",
			"/camara/api/auth/v1/authorize",
		),
		routes(Authorize, http.MethodPost, "/oauth2/authorize"),
		routes(Callback, http.MethodGet, "/oauth2/callback/{upstream}"),
	),
	Media:    []string{"application/x-www-form-urlencoded"},
	Codec:    Codec{ContentType: "text/html; charset=utf-8", Encode: encodePage},
	Failures: oauthFailures,
	Shape:    shapeOAuth,
})

const pageStart = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Sign-in could not start</title>
<h1>Sign-in could not start</h1>
<p>The application that sent you here made a request that cannot be answered. Go back to it and try again.</p>
<p><code>`

const pageEnd = "</p></html>\n"

func encodePage(answer any) ([]byte, error) {
	e, ok := answer.(errorOAuth)
	if !ok {
		return nil, fmt.Errorf("wire: a page shows no %T", answer)
	}
	return []byte(
		pageStart + html.EscapeString(e.Error) + "</code>: " + html.EscapeString(
			e.Description,
		) + pageEnd,
	), nil
}

// Bare is the wire of paths under no wire's base.
var Bare = declare(Wire{
	Name:     "bare",
	Source:   "RFC 9110",
	Codec:    JSON,
	Failures: camara2Failures,
	Shape:    shapeErrorInfo,
})
