package token

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"math/big"
	"slices"

	"lineproof/shared/redact"
)

const (
	typeEC    = "EC"
	typeRSA   = "RSA"
	curveP256 = "P-256"
	useSig    = "sig"
)

// jwk is a JSON Web Key (RFC 7517 §4) with the members of RFC 7518 §6.2 and §6.3.
type jwk struct {
	Type  string   `json:"kty"`
	ID    string   `json:"kid,omitempty"`
	Use   string   `json:"use,omitempty"`
	Ops   []string `json:"key_ops,omitempty"`
	Alg   string   `json:"alg,omitempty"`
	Curve string   `json:"crv,omitempty"`
	X     string   `json:"x,omitempty"`
	Y     string   `json:"y,omitempty"`
	N     string   `json:"n,omitempty"`
	E     string   `json:"e,omitempty"`
	D     string   `json:"d,omitempty"`
	P     string   `json:"p,omitempty"`
	Q     string   `json:"q,omitempty"`
	DP    string   `json:"dp,omitempty"`
	DQ    string   `json:"dq,omitempty"`
	QI    string   `json:"qi,omitempty"`
}

// public reads the public half.
func (j jwk) public() (Key, error) {
	k := Key{Named: redact.Named[label]{ID: j.ID}, Alg: j.Alg}
	var err error
	if j.Type == typeEC {
		k.Public, err = j.publicEC()
		k.Alg = ES256
	} else {
		k.Public, err = j.publicRSA()
		if k.Alg == "" {
			k.Alg = RS256
		}
	}
	if err == nil && k.ID == "" {
		k.ID = k.Thumbprint()
	}
	return k, err
}

func (j jwk) publicEC() (*ecdsa.PublicKey, error) {
	x, errX := decode(j.X)
	y, errY := decode(j.Y)
	if errX != nil || errY != nil || len(x) != 32 || len(y) != 32 {
		return nil, errors.New("an EC key has no two coordinates of 32 octets")
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, x, y))
	if err != nil {
		return nil, errors.New("an EC key is no point of P-256")
	}
	return public, nil
}

func (j jwk) publicRSA() (*rsa.PublicKey, error) {
	n, errN := decode(j.N)
	e, errE := decode(j.E)
	if errN != nil || errE != nil || len(e) == 0 || len(e) > 4 {
		return nil, errors.New("an RSA key has no modulus and exponent of up to 32 bits")
	}
	exponent := new(big.Int).SetBytes(e).Int64()
	if exponent < 3 || exponent%2 == 0 || exponent > 1<<31-1 {
		return nil, errors.New("an RSA key has an even, small or huge exponent")
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(exponent)}, nil
}

// private reads both halves, or the public one when there is no other.
func (j jwk) private() (Key, error) {
	k, err := j.public()
	if err != nil || j.D == "" {
		return k, err
	}
	var private crypto.Signer
	switch public := k.Public.(type) {
	case *ecdsa.PublicKey:
		private, err = j.privateEC()
	case *rsa.PublicKey:
		private, err = j.privateRSA(public)
	}
	if err != nil {
		return Key{}, err
	}
	// beside the public half as it was read: NewRing compares them
	k.private = func() crypto.Signer { return private }
	return k, nil
}

func (j jwk) privateEC() (*ecdsa.PrivateKey, error) {
	d, err := decode(j.D)
	if err != nil {
		return nil, errors.New("a private EC key is not base64url")
	}
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), d)
	if err != nil {
		return nil, errors.New("a private EC key is out of range")
	}
	return private, nil
}

func (j jwk) privateRSA(public *rsa.PublicKey) (*rsa.PrivateKey, error) {
	d, errD := decode(j.D)
	p, errP := decode(j.P)
	q, errQ := decode(j.Q)
	if err := errors.Join(errD, errP, errQ); err != nil || len(p) == 0 || len(q) == 0 {
		return nil, errors.New("a private RSA key has no d, p and q in base64url")
	}
	private := &rsa.PrivateKey{
		PublicKey: *public,
		D:         new(big.Int).SetBytes(d),
		Primes:    []*big.Int{new(big.Int).SetBytes(p), new(big.Int).SetBytes(q)},
	}
	private.Precompute() // first, because Validate then reuses what it computed
	if err := private.Validate(); err != nil {
		return nil, errors.New("a private RSA key does not fit its modulus")
	}
	return private, nil
}

func publicJWK(k Key) jwk {
	j := jwk{ID: k.ID, Use: useSig, Alg: k.Alg}
	switch public := k.Public.(type) {
	case *ecdsa.PublicKey:
		point, _ := public.Bytes() // fails for points that validate does not let in
		j.Type, j.Curve, j.X, j.Y = typeEC, curveP256, encode(point[1:33]), encode(point[33:])
	case *rsa.PublicKey:
		j.Type, j.N, j.E = typeRSA, encode(public.N.Bytes()), encode(
			big.NewInt(int64(public.E)).Bytes(),
		)
	}
	return j
}

func privateJWK(k Key) jwk {
	j := publicJWK(k)
	switch private := k.Private().(type) {
	case *ecdsa.PrivateKey:
		d, _ := private.Bytes()
		j.D = encode(d)
	case *rsa.PrivateKey:
		j.D, j.P, j.Q = encode(private.D.Bytes()), encode(
			private.Primes[0].Bytes(),
		), encode(private.Primes[1].Bytes())
		j.DP, j.DQ = encode(private.Precomputed.Dp.Bytes()), encode(private.Precomputed.Dq.Bytes())
		j.QI = encode(private.Precomputed.Qinv.Bytes())
	}
	return j
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func decode(text string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(text) }
