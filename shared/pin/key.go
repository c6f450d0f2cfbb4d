package pin

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"

	"lineproof/shared/seal"
)

// Key is one version of the secrets that PIN verification uses, all derived from one: that which encrypts request_ids,
// that from which PINs come, the pepper of their hashes, and that which seals the codes tried. It prints as its version.
type Key struct {
	// Version tells the keys of a ring apart.
	Version uint32

	id     cipher.Block
	pin    []byte
	pepper []byte
	codes  seal.Sealer
}

// NewKey derives a key from at least 32 random bytes. It fails with seal.ErrShortKey.
func NewKey(version uint32, material []byte) (Key, error) {
	derive, err := seal.Derive(material, "pin")
	if err != nil {
		return Key{}, err
	}
	id, _ := aes.NewCipher(derive("id")) // 32 bytes are a key
	return Key{Version: version, id: id, pin: derive("derivation"), pepper: derive("pepper"), codes: seal.NewSealer(derive("codes"))}, nil
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
	return k.codes.Seal(random, []byte(text), k.block(ref))
}

// open gives what was sealed, or "" when the key is another.
func (k Key) open(ref Ref, sealed []byte) string {
	text, _ := k.codes.Open(sealed, k.block(ref))
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
