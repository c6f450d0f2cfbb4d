package account

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"io"
	"net/netip"

	"lineproof/shared/keyring"
	"lineproof/shared/seal"
)

// Pepper is one version of the secrets that protect accounts' own: the key of their hashes and that
// which seals signature secrets, both derived from one. It prints as its version.
type Pepper struct {
	keyring.Versioned

	hash []byte
	seal seal.Sealer
}

// NewPepper derives a pepper from at least 32 random bytes. It fails with seal.ErrShortKey.
func NewPepper(version uint32, material []byte) (Pepper, error) {
	derive, err := seal.Derive(material, "account")
	if err != nil {
		return Pepper{}, err
	}
	sealer := seal.NewSealer(derive("signature"))
	return Pepper{keyring.Version("pepper", version), derive("hash"), sealer}, nil
}

func (p Pepper) sum(purpose, text string) []byte {
	h := hmac.New(sha256.New, p.hash)
	h.Write([]byte(purpose + "\n" + text))
	return h.Sum(nil)
}

// Ring is the peppers in use.
type Ring = keyring.Ring[Pepper]

// HashSecret returns what is stored of an api_secret.
func (p Pepper) HashSecret(secret string) Hash { return Hash{p.Version(), p.sum("secret", secret)} }

// HashNumber returns what is stored of a demo account's number, given as its digits.
func (p Pepper) HashNumber(digits string) Hash { return Hash{p.Version(), p.sum("number", digits)} }

// sourceSize is the length of a source's name, in bytes.
const sourceSize = 5

// customerBits are those of an IPv6 address that belong to one customer, as a rule (RFC 6177).
const customerBits = 64

// CustomerAt returns what one customer of a network has: an IPv4 address, or the /64 of an IPv6
// one.
func CustomerAt(address netip.Addr) string {
	if address.Is4() {
		return address.String()
	}
	return netip.PrefixFrom(address, customerBits).Masked().String()
}

// Source returns a name for where a call came from: the same for calls of one customer (see
// [CustomerAt]), for as long as the pepper is in use, and nothing from which the address could be
// found without it. It is 8 letters and digits of base32 (RFC 4648 §6); "" for an invalid address.
func (p Pepper) Source(at netip.Addr) string {
	if !at.IsValid() {
		return ""
	}
	return base32.StdEncoding.EncodeToString(p.sum("source", CustomerAt(at))[:sourceSize])
}

// matches tells whether the text has one of the hashes. It computes as many sums for any list, also
// an empty one.
func matches(peppers Ring, hashes []Hash, purpose, text string) bool {
	return peppers.Any(func(p Pepper) bool {
		sum, found := p.sum(purpose, text), 0
		for _, h := range hashes {
			if h.Version == p.Version() {
				found |= subtle.ConstantTimeCompare(h.Sum, sum)
			}
		}
		return found == 1
	})
}

// SealSignature seals a signature secret for storage, so that it can be read for its owner alone:
// the api_key of an account, or the application_id of one of its applications.
func (p Pepper) SealSignature(owner, secret string, random io.Reader) ([]byte, error) {
	sealed, err := p.seal.Seal(random, []byte(secret), []byte(owner))
	if err != nil {
		return nil, fmt.Errorf("account: seal signature secret: %w", err)
	}
	return append(binary.BigEndian.AppendUint32(nil, p.Version()), sealed...), nil
}

// OpenSignature returns the owner's signature secret, or false when none was sealed for it that
// these peppers open.
func OpenSignature(peppers Ring, owner string, sealed []byte) (secret string, ok bool) {
	const versionSize = 4
	if len(sealed) < versionSize {
		return "", false
	}
	p, known := peppers.ByVersion(binary.BigEndian.Uint32(sealed))
	if !known {
		return "", false
	}
	opened, ok := p.seal.Open(sealed[versionSize:], []byte(owner))
	return string(opened), ok
}
