package secrets

import (
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
)

const (
	secretSize = 32 // bytes of a generated secret: an HMAC-SHA-256 key (RFC 2104 §3), or an AES-256 one
	minSecret  = 16 // bytes below which a secret is refused
	idSize     = 4  // bytes of a generated ID
)

// Key is one version of a symmetric key.
type Key struct {
	// ID names the version. It is no secret.
	ID string

	secret func() []byte // a function, because fmt prints what unexported fields hold and calls no method there
}

// NewKey gives the key with this ID and secret, which it keeps.
func NewKey(id string, secret []byte) Key {
	return Key{ID: id, secret: func() []byte { return secret }}
}

// GenerateKey makes a key of 32 random bytes with a random ID.
func GenerateKey(random io.Reader) (Key, error) {
	b := make([]byte, idSize+secretSize)
	if _, err := io.ReadFull(random, b); err != nil {
		return Key{}, fmt.Errorf("secrets: generate key: %w", err)
	}
	return NewKey(hex.EncodeToString(b[:idSize]), b[idSize:]), nil
}

// Secret reveals the key's bytes; nil when it is the zero Key.
func (k Key) Secret() []byte {
	if k.secret == nil {
		return nil
	}
	return k.secret()
}

// String gives the ID alone.
func (k Key) String() string { return "[key " + k.ID + "]" }

// Format writes the ID alone for every verb, so that no fmt call reveals a secret.
func (k Key) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(k.String())) }

// LogValue gives the ID alone.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText gives the ID alone, so that no encoder reveals a secret.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }
