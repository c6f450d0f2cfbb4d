package webhook

import (
	"io"
	"log/slog"
	"time"

	"lineproof/shared/verification"
)

// Outlets is where callbacks go.
type Outlets struct {
	// Client posts.
	Client Poster
	// Bus gets all that is told; nil for none.
	Bus Bus
	// Outbox takes jobs that wait, DeadLetters those that have failed for a day.
	Outbox, DeadLetters Outbox
	// Wall tells the time that subscribers have. A clock that was moved is ahead of it.
	Wall func() time.Time
}

// DeliverPorts is what a Deliverer is wired to.
type DeliverPorts interface {
	// Finder reads verifications.
	Finder() verification.Finder
	// RequestIDKeys are those in use.
	RequestIDKeys() verification.IDRing
	// Now tells the time.
	Now() time.Time
	// Random names the signatures.
	Random() io.Reader
	// Log takes a line for each callback.
	Log() *slog.Logger
}

// NewDeliverer returns a Deliverer over its ports, which tells those subscribers such bodies.
func NewDeliverer(p DeliverPorts, to Subscribers, body Body, o Outlets) Deliverer {
	return Deliverer{
		Store: p.Finder(), Keys: p.RequestIDKeys(), Subscribers: to, Body: body, Outlets: o,
		Now: p.Now, Random: p.Random(), Log: p.Log(),
	}
}
