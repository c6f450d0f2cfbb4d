package fallback

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// Request is what a caller asks for. It holds secrets and a number, and prints as neither.
type Request struct {
	// Number is what to verify, in E.164.
	Number string `json:"number"`
	// Purpose is what the consent behind the token request must name, as dpv:FraudPreventionAndDetection; empty for any.
	Purpose string `json:"purpose,omitempty"`
	// Token are the parameters of the token request (RFC 6749 §4.1.3, RFC 7523 §2.1) that proves who holds the line; without any there
	// is no silent way. Authorization is its Authorization header.
	Token         map[string]string `json:"token,omitempty"`
	Authorization string            `json:"authorization,omitempty"`
	// PIN are the parameters of the verification request (Verify API) that is made when silence fails.
	PIN map[string]string `json:"pin"`
	// Client is the address of the end user's device or of whoever asked; empty when nobody told it.
	Client string `json:"client,omitempty"`
}

// Format writes nothing of the request.
func (Request) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[request]") }

// LogValue gives nothing of the request.
func (Request) LogValue() slog.Value { return slog.StringValue("[request]") }

// Key is one version of the key that seals requests. It prints as its version.
type Key struct {
	// Version tells the keys of a ring apart.
	Version uint32
	sealer  cipher.AEAD
}

// minMaster is the least entropy of a key, in bytes.
const minMaster = 32

// NewKey derives a key (HKDF-SHA-256, RFC 5869; AES-256-GCM) from at least 32 random bytes.
func NewKey(version uint32, master []byte) (Key, error) {
	if len(master) < minMaster {
		return Key{}, errors.New("fallback: key material is shorter than 32 bytes")
	}
	key, _ := hkdf.Key(sha256.New, master, nil, "lineproof fallback", sha256.Size) // fails only for thousands of bytes
	block, _ := aes.NewCipher(key)                                                 // 32 bytes are a key
	sealer, _ := cipher.NewGCM(block)                                              // its block has 16 bytes
	return Key{version, sealer}, nil
}

// Format writes the version for every verb.
func (k Key) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "[key %d]", k.Version) }

// LogValue gives the version.
func (k Key) LogValue() slog.Value { return slog.Uint64Value(uint64(k.Version)) }

// Ring holds the keys in use, newest first.
type Ring []Key

// errSealed says that a request cannot be opened: its key is gone, or it is another's.
var errSealed = errors.New("fallback: request cannot be opened")

// Seal encrypts a request for the fallback of that name alone, with the newest key.
func (r Ring) Seal(q Request, execution string, random io.Reader) ([]byte, error) {
	text, err := json.Marshal(q)
	if err != nil {
		return nil, fmt.Errorf("fallback: seal request: %w", err)
	}
	nonce := make([]byte, r[0].sealer.NonceSize())
	if _, err := io.ReadFull(random, nonce); err != nil {
		return nil, fmt.Errorf("fallback: seal request: %w", err)
	}
	return r[0].sealer.Seal(nonce, nonce, text, []byte(execution)), nil
}

// Open decrypts what Seal made, with whichever key did.
func (r Ring) Open(sealed []byte, execution string) (Request, error) {
	for _, k := range r {
		size := k.sealer.NonceSize()
		if len(sealed) < size {
			break
		}
		text, err := k.sealer.Open(nil, sealed[:size], sealed[size:], []byte(execution))
		var q Request
		if err == nil && json.Unmarshal(text, &q) == nil {
			return q, nil
		}
	}
	return Request{}, errSealed
}
