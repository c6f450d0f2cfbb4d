package nexmo

import (
	"io"

	"lineproof/shared/account"
	"lineproof/shared/grant"
	"lineproof/shared/pin"
)

// CallPorts is what every call is wired to that changes something.
type CallPorts interface {
	// Accounts tells whose a call is.
	Accounts() account.Authenticator
	// Replays remembers signatures.
	Replays() grant.Replays
}

// RequestPorts is what the request operation is wired to.
type RequestPorts interface {
	CallPorts
	pin.RequestPorts
	// Random draws the nonces of verifications.
	Random() io.Reader
}

// CheckPorts is what the check operation is wired to.
type CheckPorts interface {
	CallPorts
	pin.CheckPorts
	// Listener is told of verifications that end by a check.
	Listener() pin.Listener
}

// SearchPorts is what the search operation is wired to.
type SearchPorts interface {
	pin.SearchPorts
	// Accounts tells whose a call is.
	Accounts() account.Authenticator
}

// ControlPorts is what the control operation is wired to.
type ControlPorts interface {
	CallPorts
	pin.ControlPorts
	// Listener is told of verifications that are cancelled.
	Listener() pin.Listener
}

// UnblockPorts is what the unblock operation is wired to.
type UnblockPorts interface {
	CallPorts
	pin.UnblockPorts
}
