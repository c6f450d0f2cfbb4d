package phone

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"

	"lineproof/shared/redact"
)

// Hash is the SHA-256 of a number as CAMARA's hashedPhoneNumber carries it. It prints redacted:
// 10^9 numbers are tried in minutes, so an unkeyed hash is as personal as the number.
type Hash struct {
	redact.ValueAs[label]

	sum [sha256.Size]byte
}

// ParseHash reads 64 hexadecimal digits of either case. It fails as Parse does.
func ParseHash(text string) (Hash, error) {
	var h Hash
	if len(text) != hex.EncodedLen(len(h.sum)) {
		return Hash{}, malformed()
	}
	if _, err := hex.Decode(h.sum[:], []byte(text)); err != nil {
		return Hash{}, malformed()
	}
	return h, nil
}

// Hash gives the SHA-256 of the number with its '+'.
func (n Number) Hash() Hash { return Hash{sum: sha256.Sum256([]byte(n.E164()))} }

// HashDigits gives the SHA-256 of the number without its '+', which CAMARA 0.3.1 leaves open.
func (n Number) HashDigits() Hash { return Hash{sum: sha256.Sum256([]byte(n.Digits()))} }

// Hex returns the hash as hashedPhoneNumber carries it: 64 hexadecimal digits.
func (h Hash) Hex() string { return hex.EncodeToString(h.sum[:]) }

// Equal compares two numbers in constant time.
func (n Number) Equal(other Number) bool {
	difference := n.veiled ^ other.veiled
	return subtle.ConstantTimeEq(int32(uint32(difference)), 0)&subtle.ConstantTimeEq(
		int32(uint32(difference>>32)), 0,
	) == 1
}

// Equal compares two hashes in constant time.
func (h Hash) Equal(other Hash) bool {
	return subtle.ConstantTimeCompare(h.sum[:], other.sum[:]) == 1
}
