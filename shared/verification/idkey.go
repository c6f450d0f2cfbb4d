package verification

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"io"

	"lineproof/shared/keyring"
	"lineproof/shared/seal"
)

// owner is whose keys are derived here.
const owner = "pin"

// derivedSize is the length of a derived key, in bytes: an AES-256 one.
const derivedSize = 32

// errIDMaterial says that bytes are not what IDMaterial returns.
var errIDMaterial = errors.New("verification: not 64 bytes of an ID key")

// IDKey is what a Key can do with request_ids: read and make them, and open the codes tried.
// Neither a PIN nor the hash of one comes from it, so it is all that those hold who send and
// check none. It prints as its version.
type IDKey struct {
	keyring.Versioned

	id    cipher.Block
	codes seal.Sealer
}

// IDMaterial returns of a Key's material what NewIDKey takes: 64 bytes, from which nobody finds the
// material. It fails with seal.ErrShortKey.
func IDMaterial(material []byte) ([]byte, error) {
	derive, err := seal.Derive(material, owner)
	if err != nil {
		return nil, err
	}
	return idMaterial(derive), nil
}

func idMaterial(derive seal.Derivation) []byte { return append(derive("id"), derive("codes")...) }

// NewIDKey returns the key of what IDMaterial returned. It fails when the material is anything
// else.
func NewIDKey(version uint32, material []byte) (IDKey, error) {
	if len(material) != 2*derivedSize {
		return IDKey{}, errIDMaterial
	}
	id, _ := aes.NewCipher(material[:derivedSize]) // 32 bytes are a key
	return IDKey{keyring.Version("key", version), id, seal.NewSealer(material[derivedSize:])}, nil
}

// seal encrypts what someone entered: a search shows the codes tried, the last of which may be the
// PIN. A sealed check differs from every other, so that a write recognises its own.
func (k IDKey) seal(ref Ref, random io.Reader, text string) ([]byte, error) {
	return k.codes.Seal(random, []byte(text), k.block(ref))
}

// open returns what was sealed, or "" when the key is another.
func (k IDKey) open(ref Ref, sealed []byte) string {
	text, _ := k.codes.Open(sealed, k.block(ref))
	return string(text)
}

// ids makes a Key and an IDKey alike to a ring.
func (k IDKey) ids() IDKey { return k }
