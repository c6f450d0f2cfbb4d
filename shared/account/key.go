package account

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// minMaster is the least entropy of a pepper, in bytes.
const minMaster = 32

// ErrShortKey says that key material is shorter than 32 bytes.
var ErrShortKey = errors.New("account: key material is shorter than 32 bytes")

// Pepper is one version of the secrets that protect accounts' own: the key of their hashes and that which seals
// signature secrets, both derived from one. It prints as its version.
type Pepper struct {
	// Version tells the peppers of a ring apart.
	Version uint32

	hash []byte
	seal cipher.AEAD
}

// NewPepper derives a pepper (HKDF-SHA-256, RFC 5869) from at least 32 random bytes. It fails with ErrShortKey.
func NewPepper(version uint32, master []byte) (Pepper, error) {
	if len(master) < minMaster {
		return Pepper{}, ErrShortKey
	}
	derive := func(purpose string) []byte {
		key, _ := hkdf.Key(sha256.New, master, nil, "lineproof account "+purpose, sha256.Size) // fails only for thousands of bytes
		return key
	}
	block, _ := aes.NewCipher(derive("signature")) // 32 bytes are a key
	seal, _ := cipher.NewGCM(block)                // its block has 16 bytes
	return Pepper{Version: version, hash: derive("hash"), seal: seal}, nil
}

// Format writes the version for every verb.
func (p Pepper) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "[pepper %d]", p.Version) }

// LogValue gives the version.
func (p Pepper) LogValue() slog.Value { return slog.Uint64Value(uint64(p.Version)) }

func (p Pepper) sum(purpose, text string) []byte {
	h := hmac.New(sha256.New, p.hash)
	h.Write([]byte(purpose + "\n" + text))
	return h.Sum(nil)
}

// Ring holds the peppers in use, newest first.
type Ring []Pepper

// HashSecret gives what is stored of an api_secret.
func (r Ring) HashSecret(secret string) Hash { return Hash{r[0].Version, r[0].sum("secret", secret)} }

// HashNumber gives what is stored of a demo account's number, given as its digits.
func (r Ring) HashNumber(digits string) Hash { return Hash{r[0].Version, r[0].sum("number", digits)} }

// matches tells whether the text has one of the hashes. It takes the same time for any list, also an empty one.
func (r Ring) matches(hashes []Hash, purpose, text string) bool {
	found := 0
	for _, p := range r {
		sum := p.sum(purpose, text)
		for _, h := range hashes {
			if h.Version == p.Version {
				found |= subtle.ConstantTimeCompare(h.Sum, sum)
			}
		}
	}
	return found == 1
}

// SealSignature seals a signature secret for storage, so that it can be read for this account alone.
func (r Ring) SealSignature(k Key, secret string, random io.Reader) ([]byte, error) {
	p := r[0]
	sealed := binary.BigEndian.AppendUint32(nil, p.Version)
	nonce := make([]byte, p.seal.NonceSize())
	if _, err := io.ReadFull(random, nonce); err != nil {
		return nil, fmt.Errorf("account: seal signature secret: %w", err)
	}
	return p.seal.Seal(append(sealed, nonce...), nonce, []byte(secret), []byte(k.String())), nil
}

// openSignature gives the signature secret, or false when there is none that these peppers open.
func (r Ring) openSignature(a Account) (string, bool) {
	const versionSize = 4
	for _, p := range r {
		start := versionSize + p.seal.NonceSize()
		if len(a.Signature) < start || binary.BigEndian.Uint32(a.Signature) != p.Version {
			continue
		}
		secret, err := p.seal.Open(nil, a.Signature[versionSize:start], a.Signature[start:], []byte(a.Key.String()))
		return string(secret), err == nil
	}
	return "", false
}
