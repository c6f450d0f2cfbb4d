package network

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"

	"lineproof/shared/keyring"
)

// Keys are the shared secrets that are in force, so that an old and a new one overlap while they
// rotate. Without any nothing is accepted; empty ones are skipped, as anybody could know them.
type Keys = keyring.Ring[keyring.Secret]

// signed tells whether mac is the HMAC-SHA-256 (RFC 2104) of message under one of the keys.
func signed(keys Keys, message, mac []byte) bool {
	return keys.Any(func(key keyring.Secret) bool {
		h := hmac.New(sha256.New, key.Reveal())
		h.Write(message)
		return len(key.Reveal()) > 0 && hmac.Equal(h.Sum(nil), mac)
	})
}

// hold tells whether secret is one of the keys. It compares hashes, so that its time depends on no
// key's length.
func hold(keys Keys, secret string) bool {
	want := sha256.Sum256([]byte(secret))
	return keys.Any(func(key keyring.Secret) bool {
		sum := sha256.Sum256(key.Reveal())
		return len(key.Reveal()) > 0 && subtle.ConstantTimeCompare(sum[:], want[:]) == 1
	})
}
