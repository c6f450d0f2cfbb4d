package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"

	"lineproof/shared/phone"
)

// PairwiseSubject gives the sub by which the clients of one sector know a subscriber (OpenID
// Connect Core §8.1): the HMAC-SHA-256 under salt of sector, prefixed with its length, and number,
// in base64url. Nobody without the salt can tell whether the subjects of two sectors are one
// subscriber.
func PairwiseSubject(salt []byte, sector string, n phone.Number) string {
	h := hmac.New(sha256.New, salt)
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(sector))))
	h.Write([]byte(sector))
	h.Write([]byte(n.E164()))
	return encode(h.Sum(nil))
}
