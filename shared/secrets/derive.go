package secrets

import (
	"errors"

	"lineproof/shared/keyring"
)

// Derive returns the ring as a domain package keeps its keys, in the same order: Derive(r,
// verification.NewKey) is a verification.Ring and Derive(r, account.NewPepper) an account.Ring. It
// fails with what make fails with, and when two keys have one version.
func Derive[K keyring.Key](
	r Ring, make func(version uint32, secret []byte) (K, error),
) (keyring.Ring[K], error) {
	var keys keyring.Ring[K]
	seen := map[uint32]bool{}
	for _, k := range r {
		if seen[k.Version()] {
			return nil, errors.New("secrets: derive: two keys have one version")
		}
		seen[k.Version()] = true
		key, err := make(k.Version(), k.Reveal())
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// Part returns the ring of what derive makes of each secret, under the same IDs: for who must not
// hold r itself. Part(r, verification.IDMaterial) of PINs is RequestIDs. It fails with what derive
// fails with.
func Part(r Ring, derive func(secret []byte) ([]byte, error)) (Ring, error) {
	part := make(Ring, len(r))
	for i, k := range r {
		secret, err := derive(k.Reveal())
		if err != nil {
			return nil, err
		}
		part[i] = keyring.NewSecret(k.ID, secret)
	}
	return part, nil
}

// ParseAs returns what reads a ring, as [Parse] does, and derives its keys, as [Derive] does.
func ParseAs[K keyring.Key](
	make func(version uint32, secret []byte) (K, error),
) func(text []byte) (keyring.Ring[K], error) {
	return func(text []byte) (keyring.Ring[K], error) {
		r, err := Parse(text)
		if err != nil {
			return nil, err
		}
		return Derive(r, make)
	}
}
