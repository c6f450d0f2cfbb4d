package secrets

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
)

// MaxKeys is how many keys a ring may have.
const MaxKeys = 16

// maxRingText is the length of a ring's JSON, in bytes.
const maxRingText = 16 << 10

// Ring is the versions of one key, newest first. The first is active; the others let what they made live on.
type Ring []Key

// Generate makes a ring of one new key.
func Generate(random io.Reader) (Ring, error) { return Rotate(nil, random, 0) }

// Rotate gives the ring with a new active key and at most keep of the older ones. A keep of 1 lets what the last key
// made live until the next rotation.
func Rotate(r Ring, random io.Reader, keep int) (Ring, error) {
	k, err := GenerateKey(random)
	if err != nil {
		return nil, err
	}
	keep = max(0, min(keep, len(r), MaxKeys-1))
	return append(Ring{k}, r[:keep]...), nil
}

// Active gives the key that makes new things; the zero Key when the ring is empty.
func (r Ring) Active() Key {
	if len(r) == 0 {
		return Key{}
	}
	return r[0]
}

// Sum gives the HMAC-SHA-256 of the parts under the active key, each part prefixed with its length, so that no two lists of
// parts are one text. It panics on an empty ring, whose sums anybody could make.
func (r Ring) Sum(parts ...[]byte) []byte {
	if len(r) == 0 {
		panic("secrets: sum without a key")
	}
	return r[0].sum(parts)
}

// Check tells whether one of the ring's keys made sum of these parts. It compares in constant time and tries every key
// whatever the outcome.
func (r Ring) Check(sum []byte, parts ...[]byte) bool {
	found := false
	for _, k := range r {
		if hmac.Equal(sum, k.sum(parts)) {
			found = true
		}
	}
	return found
}

func (k Key) sum(parts [][]byte) []byte {
	h := hmac.New(sha256.New, k.Secret())
	var length [8]byte
	for _, part := range parts {
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		h.Write(length[:])
		h.Write(part)
	}
	return h.Sum(nil)
}

// stored is the JSON form of a ring; secrets are in base64. It is a list of keys or one key.
type stored struct {
	storedKey
	Keys []storedKey `json:"keys"`
}

type storedKey struct {
	ID     string `json:"id,omitempty"`
	Secret []byte `json:"secret,omitempty"`
}

// Marshal reveals the ring as JSON, for a secret store alone: {"keys": [{"id", "secret" in base64}]}, newest first.
func (r Ring) Marshal() []byte {
	s := stored{Keys: make([]storedKey, len(r))}
	for i, k := range r {
		s.Keys[i] = storedKey{k.ID, k.Secret()}
	}
	text, _ := json.Marshal(s) // strings and bytes: never fails
	return text
}

// Parse reads what Marshal wrote: 1 to 16 keys with unique IDs and secrets of at least 16 bytes. It also reads one key alone, {"id",
// "secret"}, for that is what CloudFormation's GenerateSecretString can make. Its errors hold nothing of the text.
func Parse(text []byte) (Ring, error) {
	var s stored
	if len(text) > maxRingText || json.Unmarshal(text, &s) != nil {
		return nil, errors.New("secrets: parse ring: no JSON of a ring")
	}
	if len(s.Keys) == 0 && s.ID != "" {
		s.Keys = []storedKey{s.storedKey}
	}
	if len(s.Keys) == 0 || len(s.Keys) > MaxKeys {
		return nil, errors.New("secrets: parse ring: not 1 to 16 keys")
	}
	r := make(Ring, len(s.Keys))
	seen := map[string]bool{}
	for i, k := range s.Keys {
		if k.ID == "" || seen[k.ID] || len(k.Secret) < minSecret {
			return nil, errors.New("secrets: parse ring: a key has no ID of its own or a short secret")
		}
		seen[k.ID] = true
		r[i] = NewKey(k.ID, k.Secret)
	}
	return r, nil
}
