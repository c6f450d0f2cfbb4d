package number

import (
	"time"

	"lineproof/shared/grant"
	"lineproof/shared/oauth"
	"lineproof/shared/token"
)

// Ports is what an operation of number verification is wired to.
type Ports interface {
	// Verifier verifies access tokens.
	Verifier() token.Issuer
	// UseStore keeps the grants that tokens stand for.
	UseStore() grant.UseStore
	// ClientStore tells whether who was given a token may still use it.
	ClientStore() grant.ClientStore
	// Now tells the time.
	Now() time.Time
}

func resource(p Ports) oauth.Resource {
	bearers := oauth.Bearers{Tokens: p.Verifier(), Clients: p.ClientStore(), Now: p.Now}
	return oauth.Resource{Bearers: bearers, Grants: p.UseStore()}
}
