package secrets

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"maps"
)

// Bundle is a Source that holds its secrets in memory: those of a program that runs for itself, and of tests.
type Bundle struct {
	lookup func(Name) ([]byte, bool) // a function, so that fmt shows nothing of what it knows
}

// NewBundle gives a bundle of these secrets.
func NewBundle(held map[Name][]byte) *Bundle {
	return &Bundle{func(name Name) ([]byte, bool) {
		secret, ok := held[name]
		return secret, ok
	}}
}

// GenerateBundle returns a bundle of the secrets that the caller has, as token keys, which are
// made elsewhere; of a new ring for every other name that takes one; and of a new Origin. What
// is new comes from random.
func GenerateBundle(random io.Reader, has map[Name][]byte) (*Bundle, error) {
	held := map[Name][]byte{}
	maps.Copy(held, has)
	for _, name := range rings {
		if held[name] != nil {
			continue
		}
		r, err := Generate(random)
		if err != nil {
			return nil, err
		}
		held[name] = r.Marshal()
	}
	origin, err := GenerateKey(random)
	if err != nil {
		return nil, err
	}
	held[Origin] = []byte(hex.EncodeToString(origin.Secret()))
	return NewBundle(held), nil
}

// Get gives the secret, or ErrNotFound.
func (b *Bundle) Get(_ context.Context, name Name) ([]byte, error) {
	secret, ok := b.lookup(name)
	if !ok {
		return nil, fmt.Errorf("secrets: get %s: %w", name, ErrNotFound)
	}
	return secret, nil
}

// Format writes no secret.
func (*Bundle) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[secrets]")) }

// LogValue gives no secret.
func (*Bundle) LogValue() slog.Value { return slog.StringValue("[secrets]") }
