package verification

import (
	"io"
	"log/slog"
	"time"
)

// RequestPorts is what a Requester is wired to.
type RequestPorts interface {
	// BeginStore begins verifications.
	BeginStore() BeginStore
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
		Store: p.BeginStore(), Outbox: outbox, Keys: p.PINKeys(), Awaited: nil, Routed: routed,
		Now: p.Now,
	}
}

// AdmitPorts is what an Admitter is wired to.
type AdmitPorts interface {
	// AdmitStore counts what may come to a verification.
	AdmitStore() AdmitStore
	// Now tells the time.
	Now() time.Time
}

// NewAdmitter returns an Admitter over its ports.
func NewAdmitter(p AdmitPorts) Admitter { return Admitter{Store: p.AdmitStore(), Now: p.Now} }

// CheckPorts is what a Checker is wired to.
type CheckPorts interface {
	// CheckStore counts codes tried.
	CheckStore() CheckStore
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
		Store: p.CheckStore(), Outbox: outbox, Ended: ended, Remote: RemoteCodes{},
		Keys: p.PINKeys(), Now: p.Now, Random: p.Random(),
	}
}

// DevicePorts is what a DeviceProver is wired to.
type DevicePorts interface {
	// DeviceStore keeps the records.
	DeviceStore() DeviceStore
	// PINKeys are those in use.
	PINKeys() Ring
	// Now tells the time.
	Now() time.Time
}

// NewDeviceProver returns a DeviceProver over its ports and an outbox.
func NewDeviceProver(p DevicePorts, outbox Outbox) DeviceProver {
	return DeviceProver{Store: p.DeviceStore(), Outbox: outbox, Keys: p.PINKeys(), Now: p.Now}
}

// ControlPorts is what a Controller is wired to.
type ControlPorts interface {
	// ControlStore changes verifications.
	ControlStore() ControlStore
	// RequestIDKeys are those in use.
	RequestIDKeys() IDRing
	// Now tells the time.
	Now() time.Time
}

// NewController returns a Controller over its ports, an outbox, and who is told at once of an end.
func NewController(p ControlPorts, outbox Outbox, ended Listener) Controller {
	return Controller{
		Store: p.ControlStore(), Outbox: outbox, Ended: ended, Keys: p.RequestIDKeys(), Now: p.Now,
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
	// DenialStore keeps the blocks of networks.
	DenialStore() DenialStore
	// Now tells the time.
	Now() time.Time
}

// NewUnblocker returns the Unblocker of owners over its ports.
func NewUnblocker(p UnblockPorts) Unblocker {
	return Unblocker{Administrator: false, Store: p.DenialStore(), Now: p.Now}
}

// DispatchPorts is what a Dispatcher is wired to.
type DispatchPorts interface {
	// DispatchStore keeps the records.
	DispatchStore() DispatchStore
	// PINKeys are those in use.
	PINKeys() Ring
	// Now tells the time.
	Now() time.Time
	// Random names the deliveries.
	Random() io.Reader
	// Log takes a line for each message, and what someone should see.
	Log() *slog.Logger
}

// NewDispatcher returns a Dispatcher over its ports, an outbox, a sender, and who is told of an
// end.
func NewDispatcher(p DispatchPorts, outbox Outbox, sender Sender, ended Listener) Dispatcher {
	return Dispatcher{
		Store: p.DispatchStore(), Outbox: outbox, Sender: sender, Ended: ended, Keys: p.PINKeys(),
		Now: p.Now, Random: p.Random(), Log: p.Log(),
	}
}

// SweepPorts is what a Sweeper is wired to.
type SweepPorts interface {
	// SweepStore finds what nothing settles any more.
	SweepStore() SweepStore
	// RequestIDKeys are those in use.
	RequestIDKeys() IDRing
	// Now tells the time.
	Now() time.Time
}

// NewSweeper returns a Sweeper over its ports and an outbox.
func NewSweeper(p SweepPorts, outbox Outbox) Sweeper {
	return Sweeper{Store: p.SweepStore(), Outbox: outbox, Keys: p.RequestIDKeys(), Now: p.Now}
}
