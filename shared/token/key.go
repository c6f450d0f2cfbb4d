package token

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/golang-jwt/jwt/v5"

	"lineproof/shared/redact"
)

// The algorithms of RFC 7518 §3.1 that we know. A key serves exactly one (RFC 8725 §3.1).
const (
	// ES256 is ECDSA over P-256 with SHA-256.
	ES256 = "ES256"
	// RS256 is RSASSA-PKCS1-v1_5 with SHA-256.
	RS256 = "RS256"
	// PS256 is RSASSA-PSS with SHA-256. We verify it and never sign with it.
	PS256 = "PS256"
)

// The sizes of RSA keys, in bits: below the first they are weak, above the second a verification
// costs too much.
const (
	minRSA = 2048
	maxRSA = 8192
)

// Key is one key of a ring. Its ID is the kid, as which it prints, logs and encodes; [Ring.JWKS]
// and [Ring.PrivateJWKS] are the ways to write it down.
type Key struct {
	redact.Named[label]

	// Alg is the one algorithm that the key serves.
	Alg string
	// Public is an *ecdsa.PublicKey over P-256 or an *rsa.PublicKey of at least 2048 bits.
	Public crypto.PublicKey

	// a function, because fmt prints what unexported fields hold and calls no method there
	private func() crypto.Signer
}

type label struct{}

// Label returns what a Key prints as.
func (label) Label() string { return "key %s" }

// NewKey gives the key with this kid that signs with alg. private is an *ecdsa.PrivateKey or
// *rsa.PrivateKey; [NewRing] checks that it fits.
func NewKey(id, alg string, private crypto.Signer) Key {
	return Key{
		Named: redact.Named[label]{ID: id}, Alg: alg, Public: private.Public(),
		private: func() crypto.Signer { return private },
	}
}

// Private reveals the private key; nil in a key that only verifies.
func (k Key) Private() crypto.Signer {
	if k.private == nil {
		return nil
	}
	return k.private()
}

// Generate makes a new key for alg, ES256 or RS256 (2048 bits), with its RFC 7638 thumbprint as ID.
// Its randomness is the system's: since Go 1.26 the standard library takes no other.
func Generate(alg string) (Key, error) {
	var private crypto.Signer
	var err error
	switch alg {
	case ES256:
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case RS256:
		private, err = rsa.GenerateKey(rand.Reader, minRSA)
	default:
		err = errors.New("unknown algorithm")
	}
	if err != nil {
		return Key{}, fmt.Errorf("token: generate key: %w", err)
	}
	k := NewKey("", alg, private)
	k.ID = k.Thumbprint()
	return k, nil
}

// Thumbprint gives the key's SHA-256 JWK thumbprint in base64url (RFC 7638 §3).
func (k Key) Thumbprint() string {
	j := publicJWK(k)
	var canonical string
	if j.Type == typeEC {
		canonical = `{"crv":"` + j.Curve + `","kty":"EC","x":"` + j.X + `","y":"` + j.Y + `"}`
	} else {
		canonical = `{"e":"` + j.E + `","kty":"RSA","n":"` + j.N + `"}`
	}
	sum := sha256.Sum256([]byte(canonical))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// validate tells what is wrong with the key.
func (k Key) validate() error {
	if k.ID == "" {
		return errors.New("a key has no kid")
	}
	switch public := k.Public.(type) {
	case *ecdsa.PublicKey:
		return k.validateEC(public)
	case *rsa.PublicKey:
		return k.validateRSA(public)
	default:
		return errors.New("a key is neither EC nor RSA")
	}
}

func (k Key) validateEC(public *ecdsa.PublicKey) error {
	private := k.Private()
	ec, ok := private.(*ecdsa.PrivateKey)
	switch {
	case k.Alg != ES256:
		return errors.New("an EC key is not for ES256")
	case public.Curve != elliptic.P256():
		return errors.New("an EC key is not on P-256")
	case private != nil && (!ok || !ec.PublicKey.Equal(public)):
		return errors.New("the halves of an EC key do not match")
	}
	return nil
}

func (k Key) validateRSA(public *rsa.PublicKey) error {
	private := k.Private()
	pair, ok := private.(*rsa.PrivateKey)
	switch bits := public.N.BitLen(); {
	case k.Alg != RS256 && k.Alg != PS256:
		return errors.New("an RSA key is for neither RS256 nor PS256")
	case bits < minRSA || bits > maxRSA:
		return errors.New("an RSA key is shorter than 2048 or longer than 8192 bits")
	case private != nil && (!ok || k.Alg != RS256 || !pair.PublicKey.Equal(public)):
		return errors.New("the halves of an RSA key do not match, or it signs other than RS256")
	}
	return nil
}

// method gives golang-jwt's implementation of the key's algorithm.
func (k Key) method() jwt.SigningMethod { return jwt.GetSigningMethod(k.Alg) }
