package secrets_test

import (
	"bytes"
	"crypto/aes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"lineproof/shared/secrets"
)

// generated returns a ring of n new keys.
func generated(t testing.TB, n int) secrets.Ring {
	t.Helper()
	var ring secrets.Ring
	for range n {
		r, err := secrets.Generate(rand.Reader)
		if err != nil || len(r) != 1 {
			t.Fatal(r, err)
		}
		ring = append(ring, r...)
	}
	return ring
}

func TestGenerate(t *testing.T) {
	t.Parallel()
	r := generated(t, 2)
	if r[0].ID == r[1].ID || bytes.Equal(r[0].Reveal(), r[1].Reveal()) {
		t.Error("made one key twice")
	}
	if _, err := aes.NewCipher(r.Active().Reveal()); err != nil || len(r.Active().Reveal()) != 32 {
		t.Errorf("no AES-256 key: %v", err)
	}
	if r, err := secrets.Generate(strings.NewReader("short")); err == nil || r != nil {
		t.Errorf("made %v without randomness", r)
	}
}

func TestRingComesBack(t *testing.T) {
	t.Parallel()
	r := generated(t, 2)
	back, err := secrets.Parse(secrets.Marshal(r))
	if err != nil || len(back) != 2 {
		t.Fatal(err)
	}
	for i := range r {
		if back[i].ID != r[i].ID || !bytes.Equal(back[i].Reveal(), r[i].Reveal()) {
			t.Errorf("key %d came back as %v", i, back[i])
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	key := func(id string, size int) string {
		b, _ := json.Marshal(bytes.Repeat([]byte("s"), size))
		return fmt.Sprintf(`{"id":%q,"secret":%s}`, id, b)
	}
	many := make([]string, 17)
	for i := range many {
		many[i] = key(fmt.Sprint(i), 32)
	}
	for name, text := range map[string]string{
		"empty": "", "null": "null", "array": "[]", "no keys": `{"keys":[]}`, "not base64": `{"keys":[{"id":"a","secret":"!"}]}`,
		"short secret": `{"keys":[` + key("a", 15) + `]}`, "no secret": `{"keys":[{"id":"a"}]}`, "no ID": `{"keys":[` + key("", 32) + `]}`,
		"one ID twice": `{"keys":[` + key("a", 32) + "," + key("a", 32) + `]}`, "too many": `{"keys":[` + strings.Join(many, ",") + `]}`,
		"too long": `{"keys":[` + key("a", 20000) + `]}`, "a tail": `{"keys":[` + key("a", 32) + `]} x`,
	} {
		if _, err := secrets.Parse([]byte(text)); err == nil || strings.Contains(err.Error(), "c3Nz") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := secrets.Parse([]byte(`{"keys":[` + key("a", 16) + `]}`)); err != nil {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(secrets.Marshal(generated(f, 1)))
	f.Add([]byte(`{"keys":[{"id":"a","secret":"AAAA"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := secrets.Parse(text)
		if err != nil {
			return
		}
		if again, err := secrets.Parse(secrets.Marshal(r)); err != nil || !bytes.Equal(secrets.Marshal(again), secrets.Marshal(r)) {
			t.Errorf("%s came back as %s, %v", secrets.Marshal(r), secrets.Marshal(again), err)
		}
	})
}
