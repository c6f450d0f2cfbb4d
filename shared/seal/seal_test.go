package seal_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"lineproof/shared/seal"
)

func derivation(t testing.TB, fill byte, owner string) seal.Derivation {
	t.Helper()
	d, err := seal.Derive(bytes.Repeat([]byte{fill}, 32), owner)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Keys differ by material, owner and purpose, and by nothing else.
func TestDerive(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, key := range [][]byte{
		derivation(t, 1, "pin")("id"), derivation(t, 2, "pin")("id"), derivation(t, 1, "account")("id"), derivation(t, 1, "pin")("codes"),
	} {
		if len(key) != 32 || seen[string(key)] {
			t.Errorf("a key of %d bytes, known before: %v", len(key), seen[string(key)])
		}
		seen[string(key)] = true
	}
	if !bytes.Equal(derivation(t, 1, "pin")("id"), derivation(t, 1, "pin")("id")) {
		t.Error("the same purpose has two keys")
	}
	if _, err := seal.Derive(make([]byte, 31), "pin"); !errors.Is(err, seal.ErrShortKey) {
		t.Errorf("31 bytes: %v", err)
	}
}

func TestSealer(t *testing.T) {
	t.Parallel()
	s, other := seal.NewSealer(derivation(t, 1, "a")("b")), seal.NewSealer(derivation(t, 2, "a")("b"))
	sealed, err := s.Seal(rand.Reader, []byte("text"), []byte("about"))
	if err != nil {
		t.Fatal(err)
	}
	if text, ok := s.Open(sealed, []byte("about")); !ok || string(text) != "text" {
		t.Errorf("opened as %q, %v", text, ok)
	}
	again, err := s.Seal(rand.Reader, []byte("text"), []byte("about"))
	if err != nil || bytes.Equal(again, sealed) {
		t.Errorf("sealed twice alike, %v", err)
	}
	for name, open := range map[string]func() ([]byte, bool){
		"another key":   func() ([]byte, bool) { return other.Open(sealed, []byte("about")) },
		"another thing": func() ([]byte, bool) { return s.Open(sealed, []byte("else")) },
		"cut off":       func() ([]byte, bool) { return s.Open(sealed[:len(sealed)-1], []byte("about")) },
		"a nonce alone": func() ([]byte, bool) { return s.Open(sealed[:12], []byte("about")) },
		"too short":     func() ([]byte, bool) { return s.Open(sealed[:11], []byte("about")) },
		"nothing":       func() ([]byte, bool) { return s.Open(nil, []byte("about")) },
	} {
		if text, ok := open(); ok {
			t.Errorf("%s: opened as %q", name, text)
		}
	}
	if _, err := s.Seal(iotest.ErrReader(errors.New("dry")), nil, nil); err == nil || !strings.HasPrefix(err.Error(), "seal: ") {
		t.Errorf("sealed without randomness: %v", err)
	}
}
