package secrets

import (
	"encoding/json"
	"errors"
	"io"

	"lineproof/shared/keyring"
)

// MaxKeys is how many keys a stored ring may have.
const MaxKeys = 16

const (
	maxRingText = 16 << 10 // the length of a ring's JSON, in bytes
	minSecret   = 16       // the bytes below which a secret is refused
)

// Ring is the versions of one symmetric key, newest first.
type Ring = keyring.Ring[keyring.Secret]

// Generate makes a ring of one new key.
func Generate(random io.Reader) (Ring, error) {
	k, err := keyring.GenerateSecret(random)
	if err != nil {
		return nil, err
	}
	return Ring{k}, nil
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

// Marshal reveals the ring as JSON, for a secret store alone: {"keys": [{"id", "secret" in
// base64}]}, newest first.
func Marshal(r Ring) []byte {
	s := stored{Keys: make([]storedKey, len(r))}
	for i, k := range r {
		s.Keys[i] = storedKey{k.ID, k.Reveal()}
	}
	text, _ := json.Marshal(s) // strings and bytes: never fails
	return text
}

// Parse reads what Marshal wrote: 1 to 16 keys with unique IDs and secrets of at least 16 bytes. It
// also reads one key alone, {"id", "secret"}, for that is what CloudFormation's
// GenerateSecretString can make. Its errors hold nothing of the text.
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
			return nil, errors.New(
				"secrets: parse ring: a key has no ID of its own or a short secret",
			)
		}
		seen[k.ID] = true
		r[i] = keyring.NewSecret(k.ID, k.Secret)
	}
	return r, nil
}
