package number

import (
	"time"

	"lineproof/shared/grant"
	"lineproof/shared/oauth"
	"lineproof/shared/token"
	"lineproof/shared/upstream"
)

// Ports is what an operation of number verification is wired to.
type Ports interface {
	// Verifier verifies access tokens.
	Verifier() token.Issuer
	// UseStore keeps the grants that tokens stand for.
	UseStore() grant.UseStore
	// ClientStore tells whether who was given a token may still use it.
	ClientStore() grant.ClientStore
	// Upstreams are those that administrators have put, and UpstreamCaller calls them.
	Upstreams() upstream.Directory
	UpstreamCaller() upstream.Caller
	// Now tells the time.
	Now() time.Time
}

// answers returns what asks the upstreams of grants.
func answers(p Ports) oauth.Answers {
	return oauth.Answers{Upstreams: p.Upstreams(), Caller: p.UpstreamCaller()}
}

func resource(p Ports) oauth.Resource {
	bearers := oauth.Bearers{Tokens: p.Verifier(), Clients: p.ClientStore(), Now: p.Now}
	return oauth.Resource{Bearers: bearers, Grants: p.UseStore()}
}
