package secrets

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
)

// Version gives the key's number, for records that keep which key made them: it follows from the ID alone, so it is the same in
// every ring and every process that holds the key. A generated ID is that number in hexadecimal; of any other it is the beginning of
// the SHA-256.
func (k Key) Version() uint32 {
	if b, err := hex.DecodeString(k.ID); err == nil && len(b) == idSize {
		return binary.BigEndian.Uint32(b)
	}
	sum := sha256.Sum256([]byte(k.ID))
	return binary.BigEndian.Uint32(sum[:])
}

// Derive gives the ring as a domain package keeps its keys, in the same order: Derive(r, pin.NewKey) is a pin.Ring and
// Derive(r, account.NewPepper) an account.Ring. It fails with what make fails with, and when two keys have one version.
func Derive[K any](r Ring, make func(version uint32, secret []byte) (K, error)) ([]K, error) {
	var keys []K
	seen := map[uint32]bool{}
	for _, k := range r {
		if seen[k.Version()] {
			return nil, errors.New("secrets: derive: two keys have one version")
		}
		seen[k.Version()] = true
		key, err := make(k.Version(), k.Secret())
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// Part returns the ring of what derive makes of each secret, under the same IDs: for who must
// not hold r itself. Part(r, pin.IDMaterial) of PINs is RequestIDs. It fails with what derive
// fails with.
func Part(r Ring, derive func(secret []byte) ([]byte, error)) (Ring, error) {
	part := make(Ring, len(r))
	for i, k := range r {
		secret, err := derive(k.Secret())
		if err != nil {
			return nil, err
		}
		part[i] = NewKey(k.ID, secret)
	}
	return part, nil
}

// ParseAs gives what reads a ring, as [Parse] does, and derives its keys, as [Derive] does.
func ParseAs[K any](make func(version uint32, secret []byte) (K, error)) func(text []byte) ([]K, error) {
	return func(text []byte) ([]K, error) {
		r, err := Parse(text)
		if err != nil {
			return nil, err
		}
		return Derive(r, make)
	}
}
