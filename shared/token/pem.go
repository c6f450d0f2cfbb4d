package token

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// The labels of PEM texts (RFC 7468 §10 and §13).
const (
	privateLabel = "PRIVATE KEY"
	publicLabel  = "PUBLIC KEY"
)

// PEM writes the private half as PKCS #8 in PEM, the form that Vonage's SDKs read; the older one of
// RSA keys alone some of them refuse. It fails for a key that only verifies.
func (k Key) PEM() ([]byte, error) {
	private := k.Private()
	if private == nil {
		return nil, errors.New("token: write key: no private half")
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("token: write key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: privateLabel, Bytes: der}), nil
}

// PublicPEM writes the public half as SubjectPublicKeyInfo in PEM (RFC 7468 §13).
func (k Key) PublicPEM() ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(k.Public)
	if err != nil {
		return nil, fmt.Errorf("token: write key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: publicLabel, Bytes: der}), nil
}

// KeyPair makes an RSA key of 2048 bits for an application, and returns its private half as
// [Key.PEM] does and its public one as a JSON Web Key Set.
func KeyPair() (private, public []byte, err error) {
	key, err := Generate(RS256)
	if err != nil {
		return nil, nil, err
	}
	private, err = key.PEM()
	return private, Ring{key}.JWKS(), err
}

// ParsePublicPEM reads one RSA public key as SubjectPublicKeyInfo in PEM (RFC 7468 §13), and
// returns it as a JSON Web Key Set for RS256.
func ParsePublicPEM(text []byte) (jwks []byte, err error) {
	block, rest := pem.Decode(text)
	if block == nil || block.Type != publicLabel || len(bytes.TrimSpace(rest)) > 0 {
		return nil, errors.New("token: read key: not one public key in PEM")
	}
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if _, is := public.(*rsa.PublicKey); err != nil || !is {
		return nil, errors.New("token: read key: not an RSA key")
	}
	k := Key{Alg: RS256, Public: public}
	k.ID = k.Thumbprint()
	ring, err := NewRing(k)
	if err != nil {
		return nil, err
	}
	return ring.JWKS(), nil
}
