package pin

import (
	"io"
	"log/slog"
	"time"
)

// RequestPorts is what a Requester is wired to.
type RequestPorts interface {
	// Beginnings begins verifications.
	Beginnings() Beginnings
	// PINKeys are those in use.
	PINKeys() Ring
	// Now tells the time.
	Now() time.Time
}

// NewRequester returns a Requester over its ports, an outbox, and what tells whether a sender
// reaches a country by a channel.
func NewRequester(
	p RequestPorts, outbox Outbox, routed func(country string, c Channel) bool,
) Requester {
	return Requester{
		Store: p.Beginnings(), Outbox: outbox, Keys: p.PINKeys(), Routed: routed, Now: p.Now,
	}
}

// AdmitPorts is what an Admitter is wired to.
type AdmitPorts interface {
	// Admissions counts what may come to a verification.
	Admissions() Admissions
	// Now tells the time.
	Now() time.Time
}

// NewAdmitter returns an Admitter over its ports.
func NewAdmitter(p AdmitPorts) Admitter { return Admitter{Store: p.Admissions(), Now: p.Now} }

// CheckPorts is what a Checker is wired to.
type CheckPorts interface {
	// Checks counts codes tried.
	Checks() Checks
	// PINKeys are those in use.
	PINKeys() Ring
	// Now tells the time.
	Now() time.Time
	// Random makes sealed checks unlike.
	Random() io.Reader
}

// NewChecker returns a Checker over its ports, an outbox, and who is told at once of an end.
func NewChecker(p CheckPorts, outbox Outbox, ended Listener) Checker {
	return Checker{
		Store: p.Checks(), Outbox: outbox, Ended: ended, Keys: p.PINKeys(), Now: p.Now,
		Random: p.Random(),
	}
}

// ControlPorts is what a Controller is wired to.
type ControlPorts interface {
	// Controls changes verifications.
	Controls() Controls
	// RequestIDKeys are those in use.
	RequestIDKeys() IDRing
	// Now tells the time.
	Now() time.Time
}

// NewController returns a Controller over its ports, an outbox, and who is told at once of an end.
func NewController(p ControlPorts, outbox Outbox, ended Listener) Controller {
	return Controller{
		Store: p.Controls(), Outbox: outbox, Ended: ended, Keys: p.RequestIDKeys(), Now: p.Now,
	}
}

// SearchPorts is what a Searcher is wired to.
type SearchPorts interface {
	// Finder reads verifications.
	Finder() Finder
	// RequestIDKeys are those in use.
	RequestIDKeys() IDRing
	// Now tells the time.
	Now() time.Time
}

// NewSearcher returns a Searcher over its ports.
func NewSearcher(p SearchPorts) Searcher {
	return Searcher{Store: p.Finder(), Keys: p.RequestIDKeys(), Now: p.Now}
}

// UnblockPorts is what an owner's Unblocker is wired to.
type UnblockPorts interface {
	// Denials keeps the blocks of networks.
	Denials() Denials
	// Now tells the time.
	Now() time.Time
}

// NewUnblocker returns the Unblocker of owners over its ports.
func NewUnblocker(p UnblockPorts) Unblocker {
	return Unblocker{Administrator: false, Store: p.Denials(), Now: p.Now}
}

// CourierPorts is what a Courier is wired to.
type CourierPorts interface {
	// Deliveries keeps the records.
	Deliveries() Deliveries
	// PINKeys are those in use.
	PINKeys() Ring
	// Now tells the time.
	Now() time.Time
	// Random names the deliveries.
	Random() io.Reader
	// Log takes a line for each message, and what someone should see.
	Log() *slog.Logger
}

// NewCourier returns a Courier over its ports, an outbox, a sender, and who is told of an end.
func NewCourier(p CourierPorts, outbox Outbox, sender Sender, ended Listener) Courier {
	return Courier{
		Store: p.Deliveries(), Outbox: outbox, Sender: sender, Ended: ended, Keys: p.PINKeys(),
		Now: p.Now, Random: p.Random(), Log: p.Log(),
	}
}

// SweepPorts is what a Sweeper is wired to.
type SweepPorts interface {
	// Strays finds what nothing settles any more.
	Strays() Strays
	// RequestIDKeys are those in use.
	RequestIDKeys() IDRing
	// Now tells the time.
	Now() time.Time
}

// NewSweeper returns a Sweeper over its ports and an outbox.
func NewSweeper(p SweepPorts, outbox Outbox) Sweeper {
	return Sweeper{Store: p.Strays(), Outbox: outbox, Keys: p.RequestIDKeys(), Now: p.Now}
}
