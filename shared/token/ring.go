package token

import (
	"errors"
	"fmt"
	"slices"

	"github.com/golang-jwt/jwt/v5"
)

// maxKeys bounds a ring, and so the work that one token without a kid can cause.
const maxKeys = 32

// Ring is the keys of one party, newest first. Of each algorithm the first private key signs; all
// verify, so that what an older key signed stays good until that key is dropped.
type Ring []Key

// NewRing checks the keys: known algorithm, fitting and strong enough key, unique kid.
func NewRing(keys ...Key) (Ring, error) {
	if len(keys) > maxKeys {
		return nil, errors.New("token: key ring: too many keys")
	}
	seen := make(map[string]bool, len(keys))
	for _, k := range keys {
		if err := k.validate(); err != nil {
			return nil, fmt.Errorf("token: key ring: %w", err)
		}
		if seen[k.ID] {
			return nil, errors.New("token: key ring: a kid stands twice")
		}
		seen[k.ID] = true
	}
	return Ring(keys), nil
}

// Has tells whether a key has that kid.
func (r Ring) Has(id string) bool {
	return slices.ContainsFunc(r, func(k Key) bool { return k.ID == id })
}

// active gives the key that signs with alg.
func (r Ring) active(alg string) (Key, error) {
	for _, k := range r {
		if k.Alg == alg && k.private != nil {
			return k, nil
		}
	}
	return Key{}, errors.New("token: no private " + alg + " key")
}

// candidates gives the keys that may have signed a token of this alg and kid. Without a kid (RFC
// 7515 §4.1.4 leaves it optional) any of the ring's keys for alg may have.
func (r Ring) candidates(alg, kid string) []jwt.VerificationKey {
	var keys []jwt.VerificationKey
	for _, k := range r {
		if k.Alg == alg && (kid == "" || k.ID == kid) {
			keys = append(keys, k.Public)
		}
	}
	return keys
}
