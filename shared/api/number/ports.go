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
	// Uses keeps the grants that tokens stand for.
	Uses() grant.Uses
	// Clients tells whether who was given a token may still use it.
	Clients() grant.Clients
	// Now tells the time.
	Now() time.Time
}

func resource(p Ports) oauth.Resource {
	return oauth.Resource{
		Tokens: p.Verifier(), Grants: p.Uses(), Clients: p.Clients(), Now: p.Now,
	}
}
