// Package seal owns what becomes of key material: the keys that are derived from it (HKDF-SHA-256,
// RFC 5869), and what is sealed with them (AES-256-GCM, NIST SP 800-38D).
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
)

// minMaterial is the least key material, in bytes.
const minMaterial = 32

// ErrShortKey says that key material is shorter than 32 bytes.
var ErrShortKey = errors.New("seal: key material is shorter than 32 bytes")

// Derivation gives keys for the purposes of one owner: 32 bytes, the same for the same purpose, and
// none of them tells of another.
type Derivation func(purpose string) []byte

// Derive gives the derivation from at least 32 random bytes. It fails with ErrShortKey.
func Derive(material []byte, owner string) (Derivation, error) {
	if len(material) < minMaterial {
		return nil, ErrShortKey
	}
	return func(purpose string) []byte {
		// fails only for thousands of bytes
		key, _ := hkdf.Key(sha256.New, material, nil, "lineproof "+owner+" "+purpose, sha256.Size)
		return key
	}, nil
}

// Sealer encrypts texts, so that nobody reads or changes them. It prints as nothing: its key is in
// a function.
type Sealer struct{ aead func() cipher.AEAD }

// NewSealer gives the sealer with a key of 32 bytes, as a Derivation gives it.
func NewSealer(key []byte) Sealer {
	block, _ := aes.NewCipher(key) // 32 bytes are a key
	aead, _ := cipher.NewGCM(block)
	return Sealer{func() cipher.AEAD { return aead }}
}

// Seal encrypts a text that is about something, and is opened for that alone. Each time it gives
// other bytes: it takes 12 from random, and fails when it gives none.
func (s Sealer) Seal(random io.Reader, text, about []byte) ([]byte, error) {
	aead := s.aead()
	nonce := make([]byte, aead.NonceSize())
	if _, err := io.ReadFull(random, nonce); err != nil {
		return nil, fmt.Errorf("seal: draw nonce: %w", err)
	}
	return aead.Seal(nonce, nonce, text, about), nil
}

// Open decrypts what Seal made about the same thing, or gives false: it was sealed with another key
// or about something else, or it is no sealed text.
func (s Sealer) Open(sealed, about []byte) ([]byte, bool) {
	aead := s.aead()
	size := aead.NonceSize()
	if len(sealed) < size {
		return nil, false
	}
	text, err := aead.Open(nil, sealed[:size], sealed[size:], about)
	return text, err == nil
}
