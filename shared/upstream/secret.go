package upstream

import (
	"encoding/json"
	"errors"

	"lineproof/shared/token"
)

// maxSecretText is the length of a stored secret, in bytes.
const maxSecretText = 64 << 10

// storedSecret is a secret as a secret store holds it.
type storedSecret struct {
	Client string          `json:"client_id,omitempty"`
	Text   string          `json:"client_secret,omitempty"`
	Keys   json.RawMessage `json:"jwks,omitempty"`
}

var errSecret = errors.New("upstream: parse secret: not client_id, client_secret and jwks")

// ParseSecret reads a secret as it is stored: a JSON object of client_id, client_secret and jwks, a
// JSON Web Key Set with private members, each of which may be left out. Its errors hold nothing of
// the text.
func ParseSecret(text []byte) (Secret, error) {
	var s storedSecret
	if len(text) > maxSecretText || json.Unmarshal(text, &s) != nil {
		return Secret{}, errSecret
	}
	secret := Secret{Client: s.Client, Text: s.Text}
	if len(s.Keys) > 0 {
		var err error
		if secret.Keys, err = token.ParsePrivateJWKS(s.Keys); err != nil {
			return Secret{}, errSecret
		}
	}
	return secret, nil
}
