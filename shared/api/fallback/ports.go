package fallback

import (
	"io"
	"log/slog"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/api/nexmo"
	"lineproof/shared/fallback"
	"lineproof/shared/silent"
	"lineproof/shared/verification"
)

// SealPorts is what names and seals fallbacks is wired to.
type SealPorts interface {
	// FallbackKeys seal what was asked for.
	FallbackKeys() fallback.Ring
	// FallbackNames names fallbacks.
	FallbackNames() fallback.Names
	// Random draws nonces.
	Random() io.Reader
}

// StartPorts is what starting a fallback is wired to.
type StartPorts interface {
	SealPorts
	verification.AdmitPorts
	// Accounts tells whose a call is.
	Accounts() account.Authenticator
	// NewFallbacks begins fallbacks.
	NewFallbacks() fallback.BeginStore
	// Issuer is the URL that the service is reached at.
	Issuer() string
}

// StatePorts is what asking how a fallback stands is wired to.
type StatePorts interface {
	// Accounts tells whose a call is.
	Accounts() account.Authenticator
	// Fallbacks reads fallbacks.
	Fallbacks() fallback.Reader
	// Now tells the time.
	Now() time.Time
}

// CheckPorts is what checking the code of a fallback is wired to.
type CheckPorts interface {
	StatePorts
	verification.CheckPorts
	// EndedFallbacks decides fallbacks.
	EndedFallbacks() fallback.DecideStore
}

// SilentPorts is what the silent step is wired to.
type SilentPorts interface {
	// SilentFallbacks keeps fallbacks.
	SilentFallbacks() fallback.SilentStore
	// FallbackKeys open what was asked for.
	FallbackKeys() fallback.Ring
	// Log takes a line for each outcome.
	Log() *slog.Logger
}

// SilentStep returns the first step of fallbacks, over its ports and what proves who holds a line.
func SilentStep(p SilentPorts, prover silent.Prover) fallback.SilentStep {
	return fallback.SilentStep{
		Store: p.SilentFallbacks(), Keys: p.FallbackKeys(), Prover: prover, Log: p.Log(),
	}
}

// PINPorts is what the PIN step is wired to.
type PINPorts interface {
	verification.RequestPorts
	// WaitingFallbacks keeps fallbacks.
	WaitingFallbacks() fallback.WaitStore
	// FallbackKeys open what was asked for.
	FallbackKeys() fallback.Ring
	// Accounts knows the accounts.
	Accounts() account.Authenticator
	// Finder reads verifications.
	Finder() verification.Finder
	// Log takes a line for each outcome.
	Log() *slog.Logger
}

// PINStep returns the second step of fallbacks, over its ports, what reads the parameters of
// requests that a former build sealed, what waits for its end, and what begins verifications (see
// verification.NewRequester).
func PINStep(
	p PINPorts, reader nexmo.Reader, waits fallback.Completer, outbox verification.Outbox,
	routed func(country string, c verification.Channel) bool,
) fallback.PINStep {
	accounts := p.Accounts()
	return fallback.PINStep{
		Store: p.WaitingFallbacks(), Machine: waits, Keys: p.FallbackKeys(),
		Accounts: accounts.Accounts, Peppers: accounts.Peppers, Former: former(reader),
		Requester: verification.NewRequester(p, outbox, routed), Finder: p.Finder(), Now: p.Now,
		Log: p.Log(),
	}
}

// former reads a request as the build did that sealed its parameters alone: when silence has
// failed.
func former(
	reader nexmo.Reader,
) func(map[string]string, account.Terms) (verification.Order, error) {
	return func(params map[string]string, t account.Terms) (verification.Order, error) {
		return reader.Verify(func(name string) string { return params[name] }, t)
	}
}
