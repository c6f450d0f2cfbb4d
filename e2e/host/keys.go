package host

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"lineproof/e2e/bundle"
	"lineproof/shared/secrets"
	"lineproof/shared/secrets/secretstest"
	"lineproof/shared/token"
	"lineproof/shared/verification"
)

// NewSecrets makes new keys for every secret that the template has, by logical name: SigningSecret
// holds secrets.Signing. A secret that the product does not name is left as the template makes it.
func NewSecrets(ctx context.Context) (map[string][]byte, error) {
	t, err := bundle.ReadTemplate()
	if err != nil {
		return nil, fmt.Errorf("host: secrets: %w", err)
	}
	es, errES := token.Generate(token.ES256)
	rs, errRS := token.Generate(token.RS256)
	signing := token.Ring{es, rs}
	pins, errPINs := secrets.Generate(rand.Reader)
	ids, errIDs := secrets.Part(pins, verification.IDMaterial)
	made, err := secretstest.Generate(rand.Reader, map[secrets.Name][]byte{
		secrets.Signing: signing.PrivateJWKS(), secrets.Verification: signing.JWKS(),
		secrets.PINs: secrets.Marshal(pins), secrets.RequestIDs: secrets.Marshal(ids),
	})
	if err := errors.Join(errES, errRS, errPINs, errIDs, err); err != nil {
		return nil, fmt.Errorf("host: secrets: %w", err)
	}
	contents := map[string][]byte{}
	for _, logical := range t.OfType(typeSecret) {
		content, err := made.Get(ctx, secrets.Name(kebab(logical)))
		if err == nil {
			contents[logical] = content
		}
	}
	return contents, nil
}
