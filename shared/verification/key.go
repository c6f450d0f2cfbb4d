package verification

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"lineproof/shared/seal"
)

// Key is one version of the secrets of those who send or check PINs: that from which PINs come,
// the pepper of their hashes, and what reads request_ids. All are derived from one. It prints
// as its version.
type Key struct {
	IDKey

	pin    []byte
	pepper []byte
}

// NewKey derives a key from at least 32 random bytes. It fails with seal.ErrShortKey.
func NewKey(version uint32, material []byte) (Key, error) {
	derive, err := seal.Derive(material, owner)
	if err != nil {
		return Key{}, err
	}
	ids, err := NewIDKey(version, idMaterial(derive))
	return Key{ids, derive("derivation"), derive("pepper")}, err
}

// derive gives the PIN of a generation: the first 64 bits of an HMAC-SHA-256 of request_id and
// generation, reduced to the digits wanted as HOTP does (RFC 4226 §5.3). 2^64 is so far above 10^6
// that no PIN is likelier than another.
func (k Key) derive(ref Ref, generation, digits int) PIN {
	message := binary.BigEndian.AppendUint32(k.block(ref), uint32(generation))
	sum := binary.BigEndian.Uint64(mac(k.pin, message))
	modulus := uint64(1)
	for range digits {
		modulus *= 10
	}
	return PIN{digits: fmt.Sprintf("%0*d", digits, sum%modulus)}
}

// deviceCode returns the code of a silent step: 120 bits of an HMAC-SHA-256 of the request_id,
// which no PIN is derived from, in 20 characters of base64url.
func (k Key) deviceCode(ref Ref) PIN {
	sum := mac(k.pin, append(k.block(ref), "silent"...))
	return PIN{digits: base64.RawURLEncoding.EncodeToString(sum[:15])}
}

// lock returns a PIN that its caller chose as the record keeps it: what this very key returns of it
// alone, by a pad that no other verification has. Of none it returns nil.
func (k Key) lock(ref Ref, p PIN) []byte { return k.pad(ref, []byte(p.digits)) }

// unlock returns the PIN that lock locked.
func (k Key) unlock(ref Ref, locked []byte) PIN { return PIN{digits: string(k.pad(ref, locked))} }

func (k Key) pad(ref Ref, text []byte) []byte {
	if len(text) == 0 {
		return nil
	}
	pad := mac(k.pin, append(k.block(ref), "chosen"...))
	padded := make([]byte, min(len(text), len(pad)))
	subtle.XORBytes(padded, text, pad)
	return padded
}

// pin returns the current PIN: its caller's, or one that is derived.
func (v Verification) pin(key Key) PIN {
	if len(v.Code) > 0 {
		return key.unlock(v.Ref, v.Code)
	}
	return key.derive(v.Ref, v.Generation, v.Digits)
}

// hash gives what is stored of a PIN, or of a code tried.
func (k Key) hash(ref Ref, p PIN) []byte { return mac(k.pepper, append(k.block(ref), p.digits...)) }

func mac(key, message []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(message)
	return h.Sum(nil)
}
