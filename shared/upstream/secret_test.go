package upstream_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lineproof/shared/token"
	"lineproof/shared/upstream"
)

var update = flag.Bool("update", false, "write the form of secrets that is missing")

// secretsNow is the latest form of stored secrets.
const secretsNow = "testdata/secrets-v2.json"

// Stored secrets are read in every form that was ever written, and written in the latest.
func TestStoredSecrets(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/secrets-v*.json")
	if err != nil {
		t.Fatal(err)
	}
	if *update && len(files) == 1 {
		writeSecrets(t)
	}
	for _, file := range []string{"testdata/secrets-v1.json", secretsNow} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		set, err := upstream.ParseSecrets(text)
		if err != nil || len(set) < 2 {
			t.Fatalf("%s: %d secrets, %v", file, len(set), err)
		}
		keyed, worded := set["keyed"], set["worded"]
		if len(keyed.Keys) == 0 || keyed.Keys[0].Private() == nil || worded.Text != "a<secret>" || worded.Client != "a-client" {
			t.Errorf("%s reads otherwise", file)
		}
		if file != secretsNow {
			continue
		}
		if worded.APIKey != "an-api-key" || len(keyed.Keys) != 2 || !keyed.From[keyed.Keys[0].ID].Equal(noon) {
			t.Errorf("%s reads otherwise: %v", file, keyed.From)
		}
		again := []byte("{}")
		for name, s := range set {
			if again, err = upstream.WithSecret(again, name, s); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(again, bytes.TrimSpace(text)) {
			t.Errorf("written again it is\n%s\nwant\n%s", again, text)
		}
	}
}

// writeSecrets writes the latest form, with keys that nothing is protected by.
func writeSecrets(t *testing.T) {
	t.Helper()
	s, keys, err := upstream.NewKey(token.ES256, noon)
	if err != nil {
		t.Fatal(err)
	}
	_, s, err = upstream.Rotate(of("a", "camara", func(u *upstream.Upstream) { u.Keys = keys }), s, noon, true)
	if err != nil {
		t.Fatal(err)
	}
	text, err := upstream.WithSecret([]byte("{}"), "keyed", s)
	if err == nil {
		text, err = upstream.WithSecret(text, "worded", upstream.Secret{Client: "a-client", Text: "a<secret>", APIKey: "an-api-key"})
	}
	if err == nil {
		err = os.WriteFile(secretsNow, append(text, '\n'), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// To put one secret leaves the others as they are, even what nobody here reads.
func TestWithSecret(t *testing.T) {
	t.Parallel()
	text, err := upstream.WithSecret([]byte(`{"other":{"client_secret":"theirs","of the future":1}}`), "own", upstream.Secret{Text: "ours"})
	if err != nil || !strings.Contains(string(text), `"other":{"client_secret":"theirs","of the future":1}`) {
		t.Errorf("%s, %v", text, err)
	}
	if set, err := upstream.ParseSecrets(text); err != nil || set["own"].Text != "ours" {
		t.Errorf("reads as %v, %v", set, err)
	}
	if _, err := upstream.WithSecret(text, "huge", upstream.Secret{Text: strings.Repeat("x", 64<<10)}); !errors.Is(err, upstream.ErrFull) {
		t.Errorf("more than can be stored: %v", err)
	}
	for _, broken := range []string{"", "[]", `{"a":[]}`, `{"a":{"jwks":{"keys":[{"kty":"EC","crv":"P-256"}]}}}`, `{"a":{"from":{"x":"canary"}}}`} {
		if _, err := upstream.ParseSecrets([]byte(broken)); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", broken, err)
		}
	}
}

// A key that is brought along is one private key, and its refusal shows nothing of it.
func TestOfKey(t *testing.T) {
	t.Parallel()
	key := newKey(t, token.ES256)
	private := strings.TrimSuffix(strings.TrimPrefix(string(token.Ring{key}.PrivateJWKS()), `{"keys":[`), "]}")
	if s, err := upstream.OfKey([]byte(private)); err != nil || len(s.Keys) != 1 || s.Keys[0].ID != key.ID {
		t.Errorf("%v", err)
	}
	for _, text := range []string{"", "{}", string(key.JWK()), private + "," + private, private + "],\"x\":[1", `"canary"`} {
		if _, err := upstream.OfKey([]byte(text)); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%.20s: %v", text, err)
		}
	}
}

func FuzzParseSecrets(f *testing.F) {
	f.Add([]byte(`{"a":{"client_id":"c","client_secret":"s","api_key":"k","jwks":{"keys":[]},"from":{"x":"2030-01-01T00:00:00Z"}}}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, text []byte) {
		set, err := upstream.ParseSecrets(text)
		if err != nil {
			return
		}
		for name, s := range set {
			again, err := upstream.WithSecret(text, name, s)
			if errors.Is(err, upstream.ErrFull) {
				continue
			}
			read, errRead := upstream.ParseSecrets(again)
			if err != nil || errRead != nil || len(read) != len(set) || read[name].Text != s.Text {
				t.Errorf("%q written again: %v, %v", text, err, errRead)
			}
		}
	})
}
