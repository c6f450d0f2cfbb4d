package token

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// maxKeySet bounds a whole key set, in bytes.
const maxKeySet = 64 << 10

// jwks is a JSON Web Key Set (RFC 7517 §5).
type jwks struct {
	Keys []jwk `json:"keys"`
}

// JWKS gives the ring's public keys as a JSON Web Key Set (RFC 7517 §5).
func (r Ring) JWKS() []byte { return r.marshal(publicJWK) }

// JWK gives the key's public half as a JSON Web Key (RFC 7517 §4).
func (k Key) JWK() []byte {
	text, _ := json.Marshal(publicJWK(k)) // strings alone: never fails
	return text
}

// PrivateJWKS gives the ring as a JSON Web Key Set that holds private keys, for a secret store
// alone.
func (r Ring) PrivateJWKS() []byte { return r.marshal(privateJWK) }

func (r Ring) marshal(form func(Key) jwk) []byte {
	set := jwks{Keys: make([]jwk, len(r))}
	for i, k := range r {
		set.Keys[i] = form(k)
	}
	text, _ := json.Marshal(set) // strings alone: never fails
	return text
}

// ParseJWKS reads the public keys of a JSON Web Key Set. Keys of a kind that we do not verify with
// (another kty, curve, alg or use) are left out; private members are not read. A key without alg
// serves ES256 or RS256 by its type, one without kid takes its thumbprint. A key that should serve
// and is broken or weak fails the whole set.
func ParseJWKS(text []byte) (Ring, error) { return parseJWKS(text, jwk.public) }

// ParsePrivateJWKS reads what [Ring.PrivateJWKS] wrote. Keys may lack their private half; then they
// only verify.
func ParsePrivateJWKS(text []byte) (Ring, error) { return parseJWKS(text, jwk.private) }

func parseJWKS(text []byte, read func(jwk) (Key, error)) (Ring, error) {
	var set jwks
	if len(text) > maxKeySet || json.Unmarshal(text, &set) != nil || len(set.Keys) > maxKeys {
		return nil, errors.New("token: parse key set: no JSON Web Key Set of at most 32 keys")
	}
	var keys []Key
	for _, j := range set.Keys {
		if !j.serves() {
			continue
		}
		k, err := read(j)
		if err != nil {
			return nil, fmt.Errorf("token: parse key set: %w", err)
		}
		keys = append(keys, k)
	}
	return NewRing(keys...)
}

// serves tells whether the key is of a kind that we verify with.
func (j jwk) serves() bool {
	if j.Use != "" && j.Use != useSig ||
		len(j.Ops) > 0 && !slices.Contains(j.Ops, "verify") && !slices.Contains(j.Ops, "sign") {
		return false
	}
	switch j.Type {
	case typeEC:
		return j.Curve == curveP256 && (j.Alg == "" || j.Alg == ES256)
	case typeRSA:
		return j.Alg == "" || j.Alg == RS256 || j.Alg == PS256
	default:
		return false
	}
}

// Algorithms returns the algorithm of each key of a JSON Web Key Set that can verify a client's
// signature. It fails as [ParseJWKS] does.
func Algorithms(jwks []byte) ([]string, error) {
	ring, err := ParseJWKS(jwks)
	var algorithms []string
	for _, key := range ring {
		algorithms = append(algorithms, key.Alg)
	}
	return algorithms, err
}
