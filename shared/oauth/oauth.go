// Package oauth owns the use cases of OAuth 2.0, OpenID Connect and CIBA: how a client proves who
// it is, how a subscriber's authorization begins, how what stands for it is redeemed, and what the
// tokens of it open.
//
// It knows no HTTP and no wire. A request comes read, as its parameters and what its Authorization
// header holds; an answer goes out typed. A failure is a *fault.Error.
package oauth

import (
	"context"
	"net/url"
	"strings"

	"lineproof/shared/grant"
)

// The paths of the endpoints. Clients address to them what they sign.
const (
	AuthorizePath   = "/oauth2/authorize"
	TokenPath       = "/oauth2/token"
	BackchannelPath = "/oauth2/bc-authorize"
	RevokePath      = "/oauth2/revoke"
	JWKSPath        = "/oauth2/jwks"
)

// The parameters that more than one use case reads.
const (
	scopeParameter     = "scope"
	clientParameter    = "client_id"
	loginHintParameter = "login_hint"
	assertionParameter = "assertion"
)

// Request is the request of a client's server.
type Request struct {
	// Form is its parameters, each given once.
	Form url.Values
	// Credentials is what its Authorization header holds.
	Credentials Credentials
	// Path is the path called, one of the audiences that a client's assertion may have.
	Path string
}

// grantType returns the request's grant_type.
func (q Request) grantType() grant.Type { return grant.Type(q.Form.Get("grant_type")) }

// GrantCreator takes the grants that are begun; every grant.Store is one.
type GrantCreator interface {
	// Put writes a new grant. A grant with that ID must not exist.
	Put(ctx context.Context, g grant.Grant) error
}

// normalScope writes a scope as one normal parameter (RFC 6749 §3.3).
func normalScope(parameter string) string { return strings.Join(strings.Fields(parameter), " ") }
