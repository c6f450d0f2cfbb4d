// Package authserver owns the endpoints of the authorization server (RFC 6749 §1.1): OAuth 2.0,
// OpenID Connect and CIBA over HTTP. Each has a constructor, and Lambda, the local server and the
// tests all mount what it returns.
//
// An endpoint reads a request, has a use case of package oauth decide, and writes the answer. No
// rule stands here.
package authserver

import (
	"net/http"
	"net/url"
	"time"

	"lineproof/shared/oauth"
)

// clientRequest reads a request of a client's server whose form is read.
func clientRequest(r *http.Request, form url.Values) oauth.Request {
	credentials := oauth.ParseCredentials(r.Header.Values("Authorization")...)
	return oauth.Request{Form: form, Credentials: credentials, Path: r.URL.Path}
}

// seconds returns a duration in whole seconds, as OAuth counts.
func seconds(d time.Duration) int { return int(d / time.Second) }
