package upstream

import (
	"context"
	"encoding/json"
	"errors"

	"lineproof/shared/token"
)

// Secrets looks up what we authenticate with.
type Secrets interface {
	// Secret returns the secret of that name, an empty one for no name. It fails when there is none
	// of that name.
	Secret(ctx context.Context, name string) (Secret, error)
}

// SecretSet is the secrets of all upstreams, by their names.
type SecretSet map[string]Secret

// ErrNoSecret says that there is no secret of that name.
var ErrNoSecret = errors.New("upstream: no secret of that name")

// Secret returns that of a name, an empty one for no name, or ErrNoSecret.
func (s SecretSet) Secret(_ context.Context, name string) (Secret, error) {
	held, found := s[name]
	if !found && name != "" {
		return Secret{}, ErrNoSecret
	}
	return held, nil
}

// storedSecret is a secret as it is stored.
type storedSecret struct {
	Client string          `json:"client_id,omitempty"`
	Text   string          `json:"client_secret,omitempty"`
	Keys   json.RawMessage `json:"jwks,omitempty"`
}

// maxSecretText is the length of stored secrets, in bytes: what Secrets Manager holds.
const maxSecretText = 64 << 10

var errSecret = errors.New("upstream: parse secrets: not client_id, client_secret and jwks by name")

// ParseSecrets reads secrets as they are stored: a JSON object of names, each an object of
// client_id, client_secret and jwks, a JSON Web Key Set with private members; any may be left out.
// Its errors hold nothing of the text.
func ParseSecrets(text []byte) (SecretSet, error) {
	var all map[string]storedSecret
	if len(text) > maxSecretText || json.Unmarshal(text, &all) != nil {
		return nil, errSecret
	}
	set := make(SecretSet, len(all))
	for name, s := range all {
		secret := Secret{Client: s.Client, Text: s.Text}
		if len(s.Keys) > 0 {
			var err error
			if secret.Keys, err = token.ParsePrivateJWKS(s.Keys); err != nil {
				return nil, errSecret
			}
		}
		set[name] = secret
	}
	return set, nil
}
