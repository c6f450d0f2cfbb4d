package upstream

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/seal"
)

// kept is a token as it is sealed.
type kept struct {
	Text          string    `json:"token"`
	Authorization string    `json:"authorization,omitempty"`
	APIKey        string    `json:"apiKey,omitempty"`
	Expires       time.Time `json:"expires,omitzero"`
}

// Seal encrypts the token by a key of 32 bytes, for the grant of that ID alone.
func (t Token) Seal(key []byte, grant string, random io.Reader) ([]byte, error) {
	return sealed(kept{t.Text, t.Authorization, t.APIKey, t.Expires}, key, grant, random)
}

var errKept = errors.New("upstream: what is kept cannot be opened")

// OpenToken decrypts what Seal made. It fails for another key, and for another grant.
func OpenToken(key []byte, grant string, sealed []byte) (Token, error) {
	var t kept
	if err := opened(&t, key, grant, sealed); err != nil {
		return Token{}, err
	}
	return Token{
		Text: t.Text, Authorization: t.Authorization, APIKey: t.APIKey, Expires: t.Expires,
	}, nil
}

// keptVouch is a Vouch as it is sealed.
type keptVouch struct {
	Token    string        `json:"operatorToken,omitempty"`
	Request  string        `json:"request,omitempty"`
	Interval time.Duration `json:"interval,omitempty"`
}

// Seal encrypts the vouch by a key of 32 bytes, for the grant of that ID alone.
func (v Vouch) Seal(key []byte, grant string, random io.Reader) ([]byte, error) {
	return sealed(keptVouch(v), key, grant, random)
}

// OpenVouch decrypts what Seal made. It fails for another key, and for another grant.
func OpenVouch(key []byte, grant string, sealed []byte) (Vouch, error) {
	var v keptVouch
	err := opened(&v, key, grant, sealed)
	return Vouch(v), err
}

// Once is what an upstream is sent once of a leg, and shown when the device is back.
type Once struct {
	// Verifier is the code_verifier (RFC 7636), Nonce that of the id_token.
	Verifier string `json:"verifier"`
	Nonce    string `json:"nonce"`
}

// Seal encrypts it by a key of 32 bytes, for the grant of that ID alone.
func (o Once) Seal(key []byte, grant string, random io.Reader) ([]byte, error) {
	return sealed(o, key, grant, random)
}

// OpenOnce decrypts what Seal made. It fails for another key, and for another grant.
func OpenOnce(key []byte, grant string, sealed []byte) (o Once, err error) {
	err = opened(&o, key, grant, sealed)
	return o, err
}

// sealed encrypts what is kept, for the grant of that ID alone.
func sealed(what any, key []byte, grant string, random io.Reader) ([]byte, error) {
	text, err := json.Marshal(what)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err)
	}
	return seal.NewSealer(key).Seal(random, text, []byte(grant))
}

// opened decrypts what sealed made.
func opened(what any, key []byte, grant string, sealed []byte) error {
	if len(key) != keySize {
		return fault.Wrap(fault.Internal, errKept)
	}
	text, ok := seal.NewSealer(key).Open(sealed, []byte(grant))
	if !ok || json.Unmarshal(text, what) != nil {
		return fault.Wrap(fault.Internal, errKept)
	}
	return nil
}

// keySize is the size of a key, in bytes.
const keySize = 32

// Until returns the earlier of a time and the token's end.
func (t Token) Until(end time.Time) time.Time {
	if !t.Expires.IsZero() && t.Expires.Before(end) {
		return t.Expires
	}
	return end
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
