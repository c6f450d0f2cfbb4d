package network

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
)

// Fingerprint is the SHA-256 of a certificate's DER form: the x5t#S256 of RFC 8705 §3.1, and what
// `openssl x509 -fingerprint -sha256` prints. The zero Fingerprint is no certificate.
type Fingerprint [sha256.Size]byte

// ErrFingerprint says that a text is no fingerprint.
var ErrFingerprint = errors.New("network: not a SHA-256 fingerprint")

// ParseFingerprint reads 64 hexadecimal digits of either case, with or without colons between the
// bytes.
func ParseFingerprint(text string) (Fingerprint, error) {
	var f Fingerprint
	digits := strings.ReplaceAll(text, ":", "")
	if len(digits) != hex.EncodedLen(len(f)) {
		return Fingerprint{}, ErrFingerprint
	}
	if _, err := hex.Decode(f[:], []byte(digits)); err != nil || f == (Fingerprint{}) {
		return Fingerprint{}, ErrFingerprint
	}
	return f, nil
}

// FingerprintDER gives the fingerprint of a certificate in DER, as net/http has it in
// TLS.PeerCertificates[0].Raw.
func FingerprintDER(der []byte) Fingerprint { return sha256.Sum256(der) }
