package upstream

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/keyring"
	"lineproof/shared/seal"
)

// Key is one version of the key that seals what opens upstreams' answers. It prints as its version.
type Key struct {
	keyring.Versioned

	sealer seal.Sealer
}

// NewKey derives a key from at least 32 random bytes. It fails with seal.ErrShortKey.
func NewKey(version uint32, material []byte) (Key, error) {
	derive, err := seal.Derive(material, "upstream")
	if err != nil {
		return Key{}, err
	}
	return Key{keyring.Version("key", version), seal.NewSealer(derive("token"))}, nil
}

// Ring is the keys in use.
type Ring = keyring.Ring[Key]

// Keeper seals tokens of upstreams into grants.
type Keeper struct {
	// Keys are those in use.
	Keys Ring
	// Random makes sealed tokens unlike.
	Random io.Reader
}

// kept is a token as it is sealed.
type kept struct {
	Text    string    `json:"token"`
	Expires time.Time `json:"expires,omitzero"`
}

// Seal encrypts a token for the grant of that ID alone.
func (k Keeper) Seal(grant string, t Token) ([]byte, error) {
	text, err := json.Marshal(kept{t.Text, t.Expires})
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err)
	}
	return k.Keys.Active().sealer.Seal(k.Random, text, []byte(grant))
}

var errKept = errors.New("upstream: what is kept cannot be opened")

// Open decrypts what Seal made. It fails when its key is gone, or for another grant.
func (k Keeper) Open(grant string, sealed []byte) (Token, error) {
	for _, key := range k.Keys {
		text, ok := key.sealer.Open(sealed, []byte(grant))
		if !ok {
			continue
		}
		var t kept
		if err := json.Unmarshal(text, &t); err != nil {
			return Token{}, fault.Wrap(fault.Internal, errKept)
		}
		return Token{Text: t.Text, Expires: t.Expires}, nil
	}
	return Token{}, fault.Wrap(fault.Internal, errKept)
}

// Until returns the earlier of a time and the token's end.
func (t Token) Until(end time.Time) time.Time {
	if !t.Expires.IsZero() && t.Expires.Before(end) {
		return t.Expires
	}
	return end
}

// Secrets looks up what we authenticate with.
type Secrets interface {
	// Secret returns the secret of that name, an empty one for no name.
	Secret(ctx context.Context, name string) (Secret, error)
}

// Find returns the upstream of that name under its profile, or false.
func Find(ctx context.Context, d Directory, name string) (Peer, bool, error) {
	all, err := d.Upstreams(ctx)
	if err != nil {
		return Peer{}, false, err
	}
	u, found := first(all, func(u Upstream) bool { return u.Name == name })
	if !found {
		return Peer{}, false, nil
	}
	p, known := u.Peer()
	return p, known, nil
}

// Names tells whether an answer may name that issuer, empty for none: where the upstream advertises
// it, no other and not none; else none or its own (RFC 9207 §2.4).
func (p Peer) Names(issuer string) bool {
	if issuer == "" {
		return !yes(p.AdvertisesIssuer)
	}
	return p.Issuer == "" && !yes(p.AdvertisesIssuer) || issuer == p.Issuer
}
