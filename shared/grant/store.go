package grant

import (
	"context"
	"time"

	"lineproof/shared/phone"
)

// Every method of every store fails with a fault.Unavailable when the store is away, throttles or
// takes too long, and writes nothing then that a retry could not recognise as its own.

// ClientStore looks up registered clients.
type ClientStore interface {
	// Client gives the client registered as id, or ErrNotFound.
	Client(ctx context.Context, id string) (Client, error)
}

// Enabled returns the client registered as id, or ErrNotFound: one that is disabled is nobody.
func Enabled(ctx context.Context, clients ClientStore, id string) (Client, error) {
	c, err := clients.Client(ctx, id)
	if err == nil && c.Disabled {
		return Client{}, ErrNotFound
	}
	return c, err
}

// ReplayStore remembers single-use identifiers.
type ReplayStore interface {
	// Once records key, which is unique to its issuer, as taken at now until expires. By names the
	// request that takes it, if that may take it again; "" otherwise. Once fails with ErrReplayed
	// when key stands taken and has not expired at now, or with ErrRepeated as [Taking.Again] says;
	// what stands is left as it is.
	Once(ctx context.Context, key, by string, now, expires time.Time) error
}

// Store keeps the grants for the endpoints that issue tokens.
type Store interface {
	// Put writes a new grant. A grant with that ID must not exist.
	Put(ctx context.Context, g Grant) error
	// Redeem turns a grant to issued and gives it back as it then stands. The condition is that the
	// grant exists, stands in r.From, has not expired at r.Now and fulfils r; otherwise ErrRefused
	// with the grant as it stands.
	Redeem(ctx context.Context, r Redemption) (Grant, error)
	// Poll records that a client asked for a pending CIBA grant: it sets interval and next poll.
	// ErrRefused with the grant as it stands when the grant is no longer Pending or another poll
	// moved its NextPoll first.
	Poll(ctx context.Context, p Poll) (Grant, error)
	// Rotate raises the generation of an issued grant by one and gives it back. The condition is
	// that it stands Issued, belongs to client, is of the given generation and has not expired at
	// now; otherwise ErrRefused with it as it stands.
	Rotate(ctx context.Context, id, client string, generation int, now time.Time) (Grant, error)
	// Revoke turns the grant to revoked, whatever its state. A grant that does not exist is no
	// error.
	Revoke(ctx context.Context, id string) error
}

// LegStore keeps grants while their subscribers are at an upstream.
type LegStore interface {
	// Land turns a sent grant to landed and gives it back as it then stands, as Grant.Land says;
	// otherwise ErrRefused with the grant as it stands.
	Land(ctx context.Context, l Landing) (Grant, error)
	// Authorize turns a landed grant to authorized, as Grant.Authorize says. It answers as Land
	// does.
	Authorize(ctx context.Context, a Authorization) (Grant, error)
	// Revoke is that of Store.
	Revoke(ctx context.Context, id string) error
}

// Landing is a subscriber who comes back from an upstream.
type Landing struct {
	// ID names the grant, Secret is the hash of the state, and Upstream whose callback was called.
	ID       string
	Secret   []byte
	Upstream string
	// Now is when; the grant must expire after it.
	Now time.Time
}

// Authorization is what an upstream's code was worth.
type Authorization struct {
	// ID names the grant, and Secret is the hash of our own code.
	ID     string
	Secret []byte
	// Kept is what opens the upstream's answer, sealed, and AMR how its success counts.
	Kept []byte
	AMR  AMR
	// Now is when; Expires is the code's end.
	Now, Expires time.Time
}

// Redemption is the exchange of a code or an auth_req_id.
type Redemption struct {
	// ID names the grant.
	ID string
	// From is the state that the grant must stand in: Authorized, or Pending when Number identifies
	// its subscriber.
	From State
	// Client, Secret, RedirectURI and Challenge must equal the grant's, absent ones too.
	Client      string
	Secret      []byte
	RedirectURI string
	Challenge   string
	// Number, AMR and Kept are what a pending grant gets; an authorized grant keeps its own.
	Number phone.Number
	AMR    AMR
	Kept   []byte
	// Now is the time of the exchange; the grant must expire after it.
	Now time.Time
	// Expires is the issued grant's end.
	Expires time.Time
	// Generation is 1 when a refresh token is issued with it, else 0.
	Generation int
}

// Poll is a poll of a pending CIBA grant.
type Poll struct {
	// ID names the grant.
	ID string
	// Was is the NextPoll that the poll found.
	Was time.Time
	// Interval and NextPoll are the new ones.
	Interval time.Duration
	NextPoll time.Time
	// Keeps tells that Kept takes the place of what the grant keeps; none takes it away.
	Keeps bool
	Kept  []byte
}

// UseStore keeps the grants for the endpoints that tokens open.
type UseStore interface {
	// Use turns an issued grant to used and gives it back. The condition is that it stands Issued,
	// has not expired at now, was authenticated in an Accepted way and has a number; otherwise
	// ErrRefused with it as it stands.
	Use(ctx context.Context, id string, now time.Time) (Grant, error)
	// Grant gives the grant as it stands, or ErrNotFound.
	Grant(ctx context.Context, id string) (Grant, error)
}
