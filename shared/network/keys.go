package network

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
)

// Keys gives the shared secrets that are in force, so that an old and a new one overlap while they rotate. None at all,
// and a nil Keys, mean that nothing is accepted; empty secrets are skipped, as anybody could know them.
type Keys func() [][]byte

// signed tells whether mac is the HMAC-SHA-256 (RFC 2104) of message under one of the keys.
func (k Keys) signed(message, mac []byte) bool {
	return k.any(func(key []byte) bool {
		h := hmac.New(sha256.New, key)
		h.Write(message)
		return hmac.Equal(h.Sum(nil), mac)
	})
}

// hold tells whether secret is one of the keys. It compares hashes, so that its time depends on no key's length.
func (k Keys) hold(secret string) bool {
	want := sha256.Sum256([]byte(secret))
	return k.any(func(key []byte) bool {
		sum := sha256.Sum256(key)
		return subtle.ConstantTimeCompare(sum[:], want[:]) == 1
	})
}

// any tells whether a key passes. It tries them all, so that its time does not tell which one did.
func (k Keys) any(passes func(key []byte) bool) bool {
	if k == nil {
		return false
	}
	found := false
	for _, key := range k() {
		found = len(key) > 0 && passes(key) || found
	}
	return found
}
