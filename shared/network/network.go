// Package network owns the question who holds a connection: it turns the address and headers of a
// request into a subscriber's number and the way in which it was learned.
//
// [ClientAddress] tells where a request came from; a [Chain] of a [Header] and a [Sessions]
// resolver tells who is there. What a client merely claims (a [Hint], an unproved header) never
// identifies anybody: a hint names a test number for [Sandbox], a connection to look up, or an
// operator's token, whose proof is verified elsewhere. [Ingest] fills the directory of sessions.
package network

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"time"

	"lineproof/shared/phone"
	"lineproof/shared/redact"
)

// AMR values (RFC 8176 amr, with CAMARA's) of the ways in which a subscriber can be known.
const (
	// NetworkBased is nba: the mobile network identified the connection.
	NetworkBased = "nba"
	// SIMBased is sba: an operator's token vouched for the SIM.
	SIMBased = "sba"
)

// Connection is where a request came from. It prints redacted, as its header may hold a number.
type Connection struct {
	redact.Value
	// Address is the client's address, unmapped; its port is 0 when nobody told it.
	Address netip.AddrPort
	// Header is the request's, in which an operator's gateway may vouch for the number.
	Header http.Header
	// Certificate is that of the client whom the TLS handshake authenticated; zero without mutual
	// TLS.
	Certificate Fingerprint
}

// Subscriber is who holds a connection.
type Subscriber struct {
	// Number is the subscriber's; zero when the network knows the connection and not its number.
	Number phone.Number
	// AMR is NetworkBased, SIMBased, or empty when neither network nor SIM vouched.
	AMR string
}

// ErrUnresolved says that nobody knows who holds the connection.
var ErrUnresolved = errors.New("network: connection not identified")

// Resolver finds the subscriber of a connection.
type Resolver interface {
	// Resolve gives the subscriber, ErrUnresolved when this resolver does not know, or another
	// error (a fault.Unavailable when a store is away), upon which no further resolver is asked.
	Resolve(ctx context.Context, c Connection) (Subscriber, error)
}

// Session is one mobile data session from the operator's accounting records.
type Session struct {
	// Prefix is the address (a /32 or an IPv6 /128) or the IPv6 prefix that the network gave the
	// subscriber.
	Prefix netip.Prefix
	// FirstPort and LastPort are the ports behind carrier NAT, both inclusive; 0 and 65535 when the
	// subscriber has the address alone.
	FirstPort, LastPort uint16
	// Number is the subscriber's.
	Number phone.Number
	// Start and End bound the session; End is exclusive.
	Start, End time.Time
}

// Identity is what records of one session have in common. Its number and end become known later.
type Identity struct {
	prefix              netip.Prefix
	firstPort, lastPort uint16
	start               int64 // Unix nanoseconds
}

// Identity returns the session's.
func (s Session) Identity() Identity {
	return Identity{s.Prefix, s.FirstPort, s.LastPort, s.Start.UnixNano()}
}

// Directory looks up sessions.
type Directory interface {
	// Session gives the session of who holds the address and port at the given time, of all that
	// were recorded, as [Holder] tells.
	Session(ctx context.Context, at netip.AddrPort, now time.Time) (Session, error)
}

// Registry records sessions, many at once.
type Registry interface {
	// PutSession records a session, in place of one of the same [Identity]: recorded twice it is
	// one. Of the same number, the earlier end stands: an accounting stop brings it forward, and
	// the start that is delivered again after its stop does not put it back.
	PutSession(ctx context.Context, s Session) error
}
