package keyring

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"

	"lineproof/shared/redact"
)

const (
	secretSize = 32 // bytes of a generated key: one of HMAC-SHA-256 (RFC 2104 §3), or of AES-256
	idSize     = 4  // bytes of a generated ID
)

// Secret is one version of a symmetric key as it is stored and handed over. It prints, logs and
// encodes as its ID, which is no secret.
type Secret struct {
	redact.Named[label]

	reveal func() []byte // a function: fmt prints unexported fields and calls no method there
}

type label struct{}

// Label returns what a Secret prints as.
func (label) Label() string { return "[key %s]" }

// NewSecret returns the key with this ID and these bytes, which it keeps.
func NewSecret(id string, key []byte) Secret {
	return Secret{redact.Named[label]{ID: id}, func() []byte { return key }}
}

// GenerateSecret makes a key of 32 random bytes with a random ID.
func GenerateSecret(random io.Reader) (Secret, error) {
	b := make([]byte, idSize+secretSize)
	if _, err := io.ReadFull(random, b); err != nil {
		return Secret{}, fmt.Errorf("keyring: generate secret: %w", err)
	}
	return NewSecret(hex.EncodeToString(b[:idSize]), b[idSize:]), nil
}

// Reveal returns the key's bytes; nil for the zero Secret.
func (s Secret) Reveal() []byte {
	if s.reveal == nil {
		return nil
	}
	return s.reveal()
}

// Version returns a number that follows from the ID alone, so it is the same in every ring and
// every process that holds the key. A generated ID is that number in hexadecimal; of any other it
// is the beginning of the SHA-256.
func (s Secret) Version() uint32 {
	if b, err := hex.DecodeString(s.ID); err == nil && len(b) == idSize {
		return binary.BigEndian.Uint32(b)
	}
	sum := sha256.Sum256([]byte(s.ID))
	return binary.BigEndian.Uint32(sum[:])
}
