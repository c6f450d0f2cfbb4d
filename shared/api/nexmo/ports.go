package nexmo

import (
	"io"

	"lineproof/shared/account"
	"lineproof/shared/grant"
	"lineproof/shared/verification"
)

// CallPorts is what every call is wired to that changes something.
type CallPorts interface {
	// Accounts tells whose a call is.
	Accounts() account.Authenticator
	// ReplayStore remembers signatures.
	ReplayStore() grant.ReplayStore
}

// RequestPorts is what the request operation is wired to.
type RequestPorts interface {
	CallPorts
	verification.RequestPorts
	// Random draws the nonces of verifications.
	Random() io.Reader
}

// CheckPorts is what the check operation is wired to.
type CheckPorts interface {
	CallPorts
	verification.CheckPorts
	// Listener is told of verifications that end by a check.
	Listener() verification.Listener
}

// SearchPorts is what the search operation is wired to.
type SearchPorts interface {
	verification.SearchPorts
	// Accounts tells whose a call is.
	Accounts() account.Authenticator
}

// ControlPorts is what the control operation is wired to.
type ControlPorts interface {
	CallPorts
	verification.ControlPorts
	// Listener is told of verifications that are cancelled.
	Listener() verification.Listener
}

// UnblockPorts is what the unblock operation is wired to.
type UnblockPorts interface {
	CallPorts
	verification.UnblockPorts
}
