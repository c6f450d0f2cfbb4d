package mxlabs

import (
	"io"

	"lineproof/shared/account"
	"lineproof/shared/api/verify2"
	"lineproof/shared/verification"
)

// Ports is what sessions are wired to.
type Ports interface {
	verification.RequestPorts
	verification.CheckPorts
	verify2.RemotePorts
	// Accounts tells whose a call is.
	Accounts() account.Authenticator
	// ControlStore has steps begin.
	ControlStore() verification.ControlStore
	// DeviceStore keeps the records of silent steps.
	DeviceStore() verification.DeviceStore
	// Finder reads verifications.
	Finder() verification.Finder
	// Issuer is the URL that the service is reached at.
	Issuer() string
	// Random draws the nonces of verifications, and names wishes.
	Random() io.Reader
}

// Reader knows numbers.
type Reader struct {
	// Line reads a number in E.164, or as it is written in a country. It fails when no such number
	// can exist.
	Line func(number, country string) (verification.Line, error)
	// Locale returns the locale of messages to a number.
	Locale func(tag, digits string) string
	// Covered tells whether silent verification of our own knows lines of a country.
	Covered func(country string) bool
}
