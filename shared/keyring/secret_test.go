package keyring_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/iotest"

	"lineproof/shared/keyring"
)

func TestGenerateSecret(t *testing.T) {
	t.Parallel()
	drawn := bytes.Repeat([]byte{0, 1, 2, 3}, 9)
	s, err := keyring.GenerateSecret(bytes.NewReader(drawn))
	if err != nil || s.ID != "00010203" || !bytes.Equal(s.Reveal(), drawn[4:]) {
		t.Errorf("generated %v, %v", s, err)
	}
	for _, bad := range []io.Reader{iotest.ErrReader(io.ErrClosedPipe), strings.NewReader("short")} {
		if _, err := keyring.GenerateSecret(bad); err == nil {
			t.Error("made a key without randomness")
		}
	}
	if (keyring.Secret{}).Reveal() != nil {
		t.Error("the zero Secret has bytes")
	}
}

func TestVersionFollowsFromTheID(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]uint32{
		"00010203": 0x00010203, "ffffffff": 0xffffffff,
		"initial": 0xac1b5c09, // the beginning of what sha256sum gives
		"0001020": 0xfaa2b66f,
	} {
		if got := keyring.NewSecret(id, nil).Version(); got != want {
			t.Errorf("the version of %s is %08x, want %08x", id, got, want)
		}
	}
}

func TestNothingPrintsASecret(t *testing.T) {
	t.Parallel()
	mark := []byte("canary-canary-canary-canary-cana")
	s := keyring.NewSecret("v1", mark)
	r := keyring.Ring[keyring.Secret]{s}
	var log bytes.Buffer
	for _, h := range []slog.Handler{slog.NewJSONHandler(&log, nil), slog.NewTextHandler(&log, nil)} {
		slog.New(h).Info("x", "ring", r, "mac", keyring.MAC(r), "key", s, "pointer", &r[0],
			"in", struct{ K keyring.Secret }{s})
	}
	encoded, err := json.Marshal(map[string]any{"r": r, "k": &r[0]})
	if err != nil || string(encoded) != `{"k":"[key v1]","r":["[key v1]"]}` {
		t.Fatalf("encodes as %s, %v", encoded, err)
	}
	inside := struct {
		r keyring.Ring[keyring.Secret]
		m keyring.MAC
		s keyring.Secret
	}{r, keyring.MAC(r), s}
	shown := log.String() + string(encoded) + s.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
		shown += fmt.Sprintf(verb, r) + fmt.Sprintf(verb, keyring.MAC(r)) + fmt.Sprintf(verb, inside)
		if text := fmt.Sprintf(verb, s); text != "[key v1]" {
			t.Errorf("%s prints %s", verb, text)
		}
	}
	for _, leak := range []string{"canary", hex.EncodeToString(mark[:4]), "99 97 110", "0x63, 0x61", "Y2FuYXJ5"} {
		if strings.Contains(shown, leak) {
			t.Errorf("%q shows in %s", leak, shown)
		}
	}
}
