package secretstest_test

import (
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"lineproof/shared/secrets"
	"lineproof/shared/secrets/secretstest"
)

func TestGenerate(t *testing.T) {
	t.Parallel()
	b, err := secretstest.Generate(rand.Reader, map[secrets.Name][]byte{
		secrets.Signing: []byte("private"), secrets.Fallback: []byte("mine"),
	})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, name := range []secrets.Name{
		secrets.PairwiseSalt, secrets.Peppers, secrets.Refresh, secrets.Gateway, secrets.PINs,
	} {
		text, err := b.Get(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := secrets.Parse(text)
		if err != nil || seen[string(r.Active().Reveal())] {
			t.Fatalf("%s: %v", name, err)
		}
		seen[string(r.Active().Reveal())] = true
	}
	if string(b[secrets.Signing]) != "private" || string(b[secrets.Fallback]) != "mine" {
		t.Error("what the caller has is another")
	}
	if len(b[secrets.CloudFrontSecret]) != 64 {
		t.Errorf("a CloudFront secret of %d characters", len(b[secrets.CloudFrontSecret]))
	}
	if _, err := b.Get(t.Context(), "other"); !errors.Is(err, secrets.ErrNotFound) {
		t.Errorf("an unknown name: %v", err)
	}
	if _, err := secretstest.Generate(strings.NewReader("short"), nil); err == nil {
		t.Error("made a bundle without randomness")
	}
}
