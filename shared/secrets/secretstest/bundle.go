// Package secretstest holds the secrets of a deployment in memory, for tests.
package secretstest

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"maps"

	"lineproof/shared/keyring"
	"lineproof/shared/secrets"
)

// Bundle is a secrets.Source of what it holds.
type Bundle map[secrets.Name][]byte

// rings are the names whose secret is a ring of its own.
var rings = []secrets.Name{
	secrets.PairwiseSalt, secrets.Peppers, secrets.Refresh, secrets.Gateway, secrets.PINs,
	secrets.Fallback, secrets.Idempotency,
}

// Generate returns a bundle of the secrets that the caller has, as token keys, which are made
// elsewhere; of a new ring for every other name that takes one; and of a new CloudFrontSecret. What
// is new comes from random. Upstreams have none.
func Generate(random io.Reader, has map[secrets.Name][]byte) (Bundle, error) {
	b := Bundle{secrets.Upstreams: []byte("{}")}
	maps.Copy(b, has)
	for _, name := range rings {
		if b[name] != nil {
			continue
		}
		r, err := secrets.Generate(random)
		if err != nil {
			return nil, err
		}
		b[name] = secrets.Marshal(r)
	}
	cloudFront, err := keyring.GenerateSecret(random)
	if err != nil {
		return nil, err
	}
	b[secrets.CloudFrontSecret] = []byte(hex.EncodeToString(cloudFront.Reveal()))
	return b, nil
}

// Get returns the secret, or secrets.ErrNotFound.
func (b Bundle) Get(_ context.Context, name secrets.Name) ([]byte, error) {
	secret, ok := b[name]
	if !ok {
		return nil, fmt.Errorf("secrets: get %s: %w", name, secrets.ErrNotFound)
	}
	return secret, nil
}
