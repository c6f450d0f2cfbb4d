package keyring

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
)

// MAC authenticates what we hand out or store and want to recognise, by HMAC-SHA-256 (RFC 2104)
// under a ring's keys.
type MAC Ring[Secret]

// Sum returns the HMAC of the parts under the active key, each part prefixed with its length, so
// that no two lists of parts are one text. It panics on an empty ring, whose sums anybody could
// make.
func (m MAC) Sum(parts ...[]byte) []byte { return sum(Ring[Secret](m).Active(), parts) }

// Check tells whether one of the ring's keys made that HMAC of these parts. It compares in constant
// time and tries every key whatever the outcome.
func (m MAC) Check(mac []byte, parts ...[]byte) bool {
	return Ring[Secret](m).Any(func(s Secret) bool { return hmac.Equal(mac, sum(s, parts)) })
}

func sum(s Secret, parts [][]byte) []byte {
	h := hmac.New(sha256.New, s.Reveal())
	var length [8]byte
	for _, part := range parts {
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		h.Write(length[:])
		h.Write(part)
	}
	return h.Sum(nil)
}
