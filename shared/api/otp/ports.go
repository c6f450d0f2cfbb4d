package otp

import (
	"io"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/grant"
	"lineproof/shared/oauth"
	"lineproof/shared/token"
	"lineproof/shared/verification"
)

// Ports is what both operations are wired to.
type Ports interface {
	// Verifier verifies access tokens.
	Verifier() token.Issuer
	// ClientStore tells whether who was given a token may still use it, and which account pays.
	ClientStore() grant.ClientStore
	// Now tells the time.
	Now() time.Time
}

// SendPorts is what sending a code is wired to.
type SendPorts interface {
	Ports
	verification.RequestPorts
	// Accounts knows the accounts.
	Accounts() account.Authenticator
	// Random draws the nonces of verifications.
	Random() io.Reader
}

// ValidatePorts is what validating a code is wired to.
type ValidatePorts interface {
	Ports
	verification.ValidatePorts
	// Listener is told of verifications that end by a code.
	Listener() verification.Listener
}

func bearers(p Ports) oauth.Bearers {
	return oauth.Bearers{Tokens: p.Verifier(), Clients: p.ClientStore(), Now: p.Now}
}
