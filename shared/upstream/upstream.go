// Package upstream owns silent verification by other people's networks: the operators and
// aggregators that a deployment has contracts with, which of them is asked for whom, how each is
// called, and what an answer of theirs comes to here.
//
// An upstream is a record that administrators put. What it leaves out is its [Profile]'s, a literal
// that holds how a provider spells what all of them do. Nothing that an upstream says reaches a
// client: an answer is one of the [Outcome]s, of which only Mismatch says that a line has another
// number.
package upstream

import (
	"context"
	"net/netip"
	"reflect"
	"strings"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
)

// Upstream is one of them, as an administrator has put it.
type Upstream struct {
	// Name is the last segment of its callback: lower-case letters, digits and hyphens.
	Name string
	// Profile names its Profile.
	Profile string
	// Terms are its own, before those of its profile.
	Terms
	// ClientID is the client_id that it gave us.
	ClientID string
	// Secret names the secret in which the client's secret or key stands; empty for a client that
	// has none.
	Secret string
	// Keys are the keys that we made to authenticate with there, newest first, without their
	// private halves, which stand in the secret. We publish them.
	Keys []Key
	// Sandbox is one of a provider's sandbox: it answers for sandbox clients, and for nobody else.
	Sandbox bool
	// Eligible is for whom it may be asked.
	Eligible
	// DailyLimit is how many authorizations it may be asked for in a day (UTC); 0 for no limit.
	DailyLimit int64
	// RefuseMoved has devices come to nothing that come back from another network (see Origin) than
	// they were sent from; else they are marked in the log.
	RefuseMoved bool
	// Until is when its contract ends; zero for no end.
	Until time.Time
	// Ended takes it out of use: nothing new is sent to it, and what is on its way is refused.
	Ended bool
	// Revision is how often its record has been written: 0 before the first time.
	Revision int64
}

// Terms are what a provider's documents say of its endpoints and of what they take.
type Terms struct {
	// Issuer is its issuer identifier; with it, its id_tokens are checked and, where it advertises
	// them, the iss of its answers (RFC 9207).
	Issuer string
	// JWKS is the URL of the keys that it signs id_tokens with; its metadata tells without it.
	JWKS string
	// Authorization, Backchannel, Token, Verify and Share are the URLs of its endpoints, each empty
	// where there is none.
	Authorization, Backchannel, Token, Verify, Share string
	// OperatorTokens is how it takes operator tokens; empty where it takes none.
	OperatorTokens Vouching
	// Hosts are those where devices may be sent that begin with the number, each with all below it,
	// beside the host of Verify.
	Hosts []string
	// Method is how we authenticate at its token endpoint.
	Method grant.Method
	// ScopeVerify and ScopeShare are the scopes that open verify and share, in which [Purpose]
	// stands for the client's purpose.
	ScopeVerify, ScopeShare string
	// Purposes are those that it is contracted for (dpv:…); any when empty.
	Purposes []string
	// AMR is how its success counts, because it guarantees so: nba, sba or, empty, not at all.
	AMR grant.AMR
	// Can is what its endpoints take.
	Can
}

// Can is what an upstream's endpoints take; nil leaves it to the profile, and there is no.
type Can struct {
	// PKCE has a code_challenge sent (RFC 7636).
	PKCE *bool
	// Plus has numbers begin with a '+'.
	Plus *bool
	// Hashed takes hashedPhoneNumber.
	Hashed *bool
	// Hashing is what it hashes of the line's number to compare that; empty leaves it to the
	// profile, and is HashPlus there.
	Hashing Hashing
	// Compare lets share answer what verify does not, a hash, or all where there is no verify: the
	// number is dropped after the comparison.
	Compare *bool
	// AdvertisesIssuer wants iss in its answers (RFC 9207).
	AdvertisesIssuer *bool
}

// Eligible is for whom an upstream may be asked. Of what it names nothing of, it answers for all.
type Eligible struct {
	// Countries are ISO 3166 codes of the numbers' countries.
	Countries []string
	// Prefixes begin the numbers, without a '+'.
	Prefixes []string
	// Networks are MCC and MNC of the SIMs, as five or six digits.
	Networks []string
	// Addresses are those of its network's connections.
	Addresses []netip.Prefix
	// Default answers where nothing tells which network it is.
	Default bool
}

// Purpose stands for the client's purpose in a scope.
const Purpose = "{purpose}"

// ValidName tells whether an upstream may have that name: 1 to 32 lower-case letters, digits and
// hyphens, of which none begins or ends it.
func ValidName(name string) bool {
	return name != "" && len(name) <= 32 && name == strings.Trim(name, "-") &&
		!strings.ContainsFunc(name, func(c rune) bool {
			return c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z')
		})
}

// Directory knows the upstreams.
type Directory interface {
	// Upstreams returns all that administrators have put, by their names. It fails with a
	// fault.Unavailable.
	Upstreams(ctx context.Context) ([]Upstream, error)
}

// Registry keeps the upstreams for administrators.
type Registry interface {
	Directory
	// Put writes an upstream in place of the one of its name, on the condition of After.
	Put(ctx context.Context, u Upstream) error
}

// After returns the upstream as it is written in place of what stands under its name, the zero
// Upstream where nothing does. It fails with a fault.Changed when another revision stands than the
// one that was read. A repetition of the very write that made what stands is no change.
func (u Upstream) After(stands Upstream) (Upstream, error) {
	read := u.Revision
	u.Revision++
	if stands.Revision != read && !reflect.DeepEqual(stands, u) {
		return Upstream{}, fault.New(fault.Changed)
	}
	return u, nil
}

// Live tells whether it may be sent anybody at now.
func (u Upstream) Live(now time.Time) bool {
	return !u.Ended && (u.Until.IsZero() || now.Before(u.Until))
}
