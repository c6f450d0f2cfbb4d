// Package grant owns the OAuth domain: clients, what a subscriber's network granted them, and the
// rules by which a grant lives: authorized, issued, then used up, revoked or expired.
//
// A grant is one record from its first day to its last. Authorization makes it, with the hash of
// the code (or auth_req_id) that redeems it; the exchange turns it to issued; a single-use token
// uses it up; reuse of a code or of a refresh token revokes it and so everything that it issued. An
// access token's jti is the grant's ID. Every such step is one conditional write on that one
// record, so of any number of racing callers one wins.
package grant

import (
	"errors"
	"slices"
	"time"

	"lineproof/shared/phone"
)

// State is where a grant stands in its life.
type State string

// The states of a grant.
const (
	// Pending awaits the identification of its subscriber (CIBA): a session at its address, or an
	// upstream that takes its operator token.
	Pending State = "pending"
	// Sent awaits its subscriber, who was sent to an upstream; Landed has the subscriber back, and
	// awaits what the upstream's code is worth.
	Sent   State = "sent"
	Landed State = "landed"
	// Authorized awaits the exchange of its code or auth_req_id.
	Authorized State = "authorized"
	// Issued has given tokens.
	Issued State = "issued"
	// Used has spent its single use.
	Used State = "used"
	// Revoked opens nothing any more.
	Revoked State = "revoked"
)

// AMR says how the subscriber was authenticated (RFC 8176 amr, with CAMARA's values).
type AMR string

// The ways of authentication. Anything else, and nothing, is not accepted for number verification.
const (
	// NetworkBased is nba: the mobile network identified the connection.
	NetworkBased AMR = "nba"
	// SIMBased is sba: a TS.43 operator token vouched for the SIM.
	SIMBased AMR = "sba"
)

// Grant is what a subscriber's network allowed a client, and what has become of it.
type Grant struct {
	// ID is 128 random bits in base64url; the jti of the access tokens.
	ID string
	// Client is the client_id that it belongs to.
	Client string
	// State is where it stands.
	State State
	// Type is the grant type that redeems it or made it.
	Type Type
	// Scope is the granted scope, space-separated as the client wrote it (RFC 6749 §3.3).
	Scope string
	// Number is the subscriber's; zero when the authentication gave none.
	Number phone.Number
	// AMR is how the subscriber was authenticated; empty when neither network nor SIM did.
	AMR AMR
	// Policy is the client's token policy at the time of the authorization.
	Policy Policy
	// Secret is the SHA-256 of what redeems the grant: a code or an auth_req_id, and while it is
	// Sent, the state of its leg. Empty when there was nothing to redeem.
	Secret []byte
	// RedirectURI, Challenge and Nonce are the authorization request's: redirect_uri,
	// code_challenge (S256) and nonce.
	RedirectURI, Challenge, Nonce string
	// Upstream names who can tell of a subscriber whom nobody here knows, empty for a subscriber of
	// our own; Leg is what is kept of the way there, and Kept, sealed, what the upstream is asked
	// with, and then what opens its answer.
	Upstream string
	Leg      Leg
	Kept     []byte
	// Hint is the connection that a CIBA request named and that nobody has identified yet, as
	// address or address:port.
	Hint string
	// Interval and NextPoll are the CIBA polling interval and the time before which a poll is too
	// fast.
	Interval time.Duration
	NextPoll time.Time
	// Generation counts the refresh tokens issued; only the one of the current generation is good.
	Generation int
	// AuthTime is when the subscriber was authenticated.
	AuthTime time.Time
	// Expires is when the grant ends in its state: the code's end, then that of the last token that
	// it may issue.
	Expires time.Time
}

// Leg is the way of a subscriber to an upstream and back.
type Leg struct {
	// State is the client's own state, which it gets back.
	State string
	// Origin names the network that the authorization request came from, in the words of the
	// upstream's Origin.
	Origin string
}

// Authenticated tells whether the mobile network or the SIM authenticated the subscriber.
func (g Grant) Authenticated() bool { return slices.Contains(Accepted, g.AMR) }

// Accepted lists the ways of authentication that number verification accepts.
var Accepted = []AMR{NetworkBased, SIMBased}

// ErrRefused says that a conditional write met a grant that does not fulfil its condition. The
// grant as it stands is returned beside it; a grant that does not exist is the zero Grant.
var ErrRefused = errors.New("grant: condition not met")

// ErrNotFound says that no such client or grant exists.
var ErrNotFound = errors.New("grant: not found")
