package upstream

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

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
	APIKey string          `json:"api_key,omitempty"`
	Keys   json.RawMessage `json:"jwks,omitempty"`
	// From is when keys that we made sign, by their kids.
	From map[string]time.Time `json:"from,omitempty"`
}

// maxSecretText is the length of stored secrets, in bytes: what Secrets Manager holds.
const maxSecretText = 64 << 10

var (
	errSecret = errors.New("upstream: parse secrets: not what is stored, by name")
	// ErrFull says that what is to be stored is longer than what can be.
	ErrFull = errors.New("upstream: secrets: longer than 64 KB")
)

// ParseSecrets reads secrets as they are stored: a JSON object of names, each an object of
// client_id, client_secret, api_key, jwks, a JSON Web Key Set with private members, and from; any
// may be left out. Its errors hold nothing of the text.
func ParseSecrets(text []byte) (SecretSet, error) {
	all, err := storedSecrets(text)
	if err != nil {
		return nil, err
	}
	set := make(SecretSet, len(all))
	for name, s := range all {
		if set[name], err = parseSecret(s); err != nil {
			return nil, err
		}
	}
	return set, nil
}

func storedSecrets(text []byte) (map[string]json.RawMessage, error) {
	var all map[string]json.RawMessage
	if len(text) > maxSecretText || json.Unmarshal(text, &all) != nil {
		return nil, errSecret
	}
	return all, nil
}

func parseSecret(text []byte) (Secret, error) {
	var s storedSecret
	if json.Unmarshal(text, &s) != nil {
		return Secret{}, errSecret
	}
	secret := Secret{Client: s.Client, Text: s.Text, APIKey: s.APIKey, From: s.From}
	if len(s.Keys) > 0 {
		var err error
		if secret.Keys, err = token.ParsePrivateJWKS(s.Keys); err != nil {
			return Secret{}, errSecret
		}
	}
	return secret, nil
}

// WithSecret returns secrets as they are stored, of which one has been put. What is stored of the
// others stays as it is. It fails with ErrFull.
func WithSecret(text []byte, name string, s Secret) ([]byte, error) {
	all, err := storedSecrets(text)
	if err != nil {
		return nil, err
	}
	if all == nil {
		all = map[string]json.RawMessage{}
	}
	stored := storedSecret{Client: s.Client, Text: s.Text, APIKey: s.APIKey, From: s.From}
	if len(s.Keys) > 0 {
		stored.Keys = s.Keys.PrivateJWKS()
	}
	if all[name], err = json.Marshal(stored); err != nil { //nolint:gosec // for the vault alone
		return nil, errSecret
	}
	text, err = json.Marshal(all)
	if err == nil && len(text) > maxSecretText {
		err = ErrFull
	}
	return text, err
}

// clone returns a secret whose members may be changed.
func (s Secret) clone() Secret {
	s.Keys, s.From = slices.Clone(s.Keys), maps.Clone(s.From)
	if s.From == nil {
		s.From = map[string]time.Time{}
	}
	return s
}

// OfKey returns the secret of a client that signs with a private JSON Web Key of its own. It fails
// for what is none, with nothing of the text.
func OfKey(jwk []byte) (Secret, error) {
	keys, err := token.ParsePrivateJWKS(slices.Concat([]byte(`{"keys":[`), jwk, []byte("]}")))
	if err != nil || !json.Valid(jwk) || len(keys) != 1 || keys[0].Private() == nil {
		return Secret{}, errSecret
	}
	return Secret{Keys: keys}, nil
}

// NewKey returns the secret of a client that signs with a key that is made for it, and signs at
// once: ES256, or RS256 for an application of the Verify API. Only the former are published.
func NewKey(alg string, now time.Time) (Secret, []Key, error) {
	now = now.UTC().Truncate(time.Second)
	private, public, err := made(alg, now)
	if err != nil || alg != token.ES256 {
		return Secret{Keys: token.Ring{private}}, nil, err
	}
	s := Secret{Keys: token.Ring{private}, From: map[string]time.Time{public.ID: now}}
	return s, []Key{public}, nil
}
