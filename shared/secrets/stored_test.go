package secrets_test

import (
	"bytes"
	"os"
	"testing"

	"lineproof/shared/keyring"
	"lineproof/shared/secrets"
)

// TestStoredForm holds rings to the text that stands in secret stores: as Marshal writes it, and as
// CloudFormation makes the first.
func TestStoredForm(t *testing.T) {
	t.Parallel()
	want := secrets.Ring{
		keyring.NewSecret("0a0b0c0d", bytes.Repeat([]byte{7}, 32)),
		keyring.NewSecret("old", bytes.Repeat([]byte{255}, 16)),
	}
	for file, ring := range map[string]secrets.Ring{
		"ring-v1.json": want, "generated-v1.json": want[1:],
	} {
		text, err := os.ReadFile("testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		text = bytes.TrimSpace(text)
		if written := secrets.Marshal(ring); len(ring) == len(want) && !bytes.Equal(written, text) {
			t.Errorf("written is %s, not %s", written, text)
		}
		read, err := secrets.Parse(text)
		if err != nil || len(read) != len(ring) {
			t.Fatalf("%s reads as %d keys, %v", file, len(read), err)
		}
		for i, k := range ring {
			if read[i].ID != k.ID || !bytes.Equal(read[i].Reveal(), k.Reveal()) {
				t.Errorf("%s: key %d is %v", file, i, read[i])
			}
		}
	}
}
