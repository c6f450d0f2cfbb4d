package pin

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// minMaster is the least entropy of a key, in bytes.
const minMaster = 32

// ErrShortKey says that key material is shorter than 32 bytes.
var ErrShortKey = errors.New("pin: key material is shorter than 32 bytes")

// Key is one version of the secrets that PIN verification uses, all derived from one: that which encrypts request_ids,
// that from which PINs come, the pepper of their hashes, and that which seals the codes tried. It prints as its version.
type Key struct {
	// Version tells the keys of a ring apart.
	Version uint32

	id     cipher.Block
	pin    []byte
	pepper []byte
	codes  cipher.AEAD
}

// NewKey derives a key (HKDF-SHA-256, RFC 5869) from at least 32 random bytes. It fails with ErrShortKey.
func NewKey(version uint32, master []byte) (Key, error) {
	if len(master) < minMaster {
		return Key{}, ErrShortKey
	}
	derive := func(purpose string) []byte {
		key, _ := hkdf.Key(sha256.New, master, nil, "lineproof pin "+purpose, sha256.Size) // fails only for thousands of bytes
		return key
	}
	id, _ := aes.NewCipher(derive("id")) // 32 bytes are a key
	codes, _ := aes.NewCipher(derive("codes"))
	sealer, _ := cipher.NewGCM(codes) // its block has 16 bytes
	return Key{Version: version, id: id, pin: derive("derivation"), pepper: derive("pepper"), codes: sealer}, nil
}

// Format writes the version for every verb.
func (k Key) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "[key %d]", k.Version) }

// LogValue gives the version.
func (k Key) LogValue() slog.Value { return slog.Uint64Value(uint64(k.Version)) }

// derive gives the PIN of a generation: the first 64 bits of an HMAC-SHA-256 of request_id and generation, reduced to
// the digits wanted as HOTP does (RFC 4226 §5.3). 2^64 is so far above 10^6 that no PIN is likelier than another.
func (k Key) derive(ref Ref, generation, digits int) PIN {
	message := binary.BigEndian.AppendUint32(k.block(ref), uint32(generation))
	sum := binary.BigEndian.Uint64(mac(k.pin, message))
	modulus := uint64(1)
	for range digits {
		modulus *= 10
	}
	return PIN{fmt.Sprintf("%0*d", digits, sum%modulus)}
}

// hash gives what is stored of a PIN, or of a code tried.
func (k Key) hash(ref Ref, p PIN) []byte { return mac(k.pepper, append(k.block(ref), p.digits...)) }

func mac(key, message []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(message)
	return h.Sum(nil)
}

// seal encrypts what someone entered: a search shows the codes tried, the last of which may be the PIN. A sealed check
// differs from every other, so that a write recognises its own.
func (k Key) seal(ref Ref, random io.Reader, text string) ([]byte, error) {
	nonce := make([]byte, k.codes.NonceSize())
	if _, err := io.ReadFull(random, nonce); err != nil {
		return nil, fmt.Errorf("pin: seal check: %w", err)
	}
	return k.codes.Seal(nonce, nonce, []byte(text), k.block(ref)), nil
}

// open gives what was sealed, or "" when the key is another.
func (k Key) open(ref Ref, sealed []byte) string {
	size := k.codes.NonceSize()
	if len(sealed) < size {
		return ""
	}
	text, err := k.codes.Open(nil, sealed[:size], sealed[size:], k.block(ref))
	if err != nil {
		return ""
	}
	return string(text)
}

// Ring holds the keys in use, newest first. A key leaves the ring when everything made with it has expired.
type Ring []Key

// newest gives the key for new verifications.
func (r Ring) newest() Key { return r[0] }

// version gives the key of that version.
func (r Ring) version(v uint32) (Key, bool) {
	for _, k := range r {
		if k.Version == v {
			return k, true
		}
	}
	return Key{}, false
}
