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
	// Upstreams are those that administrators have put, and UpstreamSecrets what we authenticate
	// with there.
	Upstreams() upstream.Directory
	UpstreamSecrets() upstream.Secrets
	// UpstreamKeys open what was sealed of their answers, UpstreamCaller calls them.
	UpstreamKeys() upstream.Ring
	UpstreamCaller() upstream.Caller
	// Now tells the time.
	Now() time.Time
}

// answers returns what asks the upstreams of grants.
func answers(p Ports) oauth.Answers {
	return oauth.Answers{
		Upstreams: p.Upstreams(), Secrets: p.UpstreamSecrets(),
		Keep: upstream.Keeper{Keys: p.UpstreamKeys(), Random: nil}, Caller: p.UpstreamCaller(),
	}
}

func resource(p Ports) oauth.Resource {
	bearers := oauth.Bearers{Tokens: p.Verifier(), Clients: p.ClientStore(), Now: p.Now}
	return oauth.Resource{Bearers: bearers, Grants: p.UseStore()}
}
