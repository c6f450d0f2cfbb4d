package keyring_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"lineproof/shared/keyring"
)

type key struct {
	keyring.Versioned
	material string
}

func ring(versions ...uint32) keyring.Ring[key] {
	var r keyring.Ring[key]
	for _, version := range versions {
		r = append(r, key{keyring.Version("key", version), "canary"})
	}
	return r
}

func TestRing(t *testing.T) {
	t.Parallel()
	r := ring(7, 5, 6)
	if got := r.Active().Version(); got != 7 {
		t.Errorf("version %d is active", got)
	}
	for version, want := range map[uint32]bool{5: true, 6: true, 7: true, 8: false, 0: false} {
		if k, known := r.ByVersion(version); known != want || known && k.Version() != version {
			t.Errorf("version %d is %v, %v", version, k, known)
		}
	}
}

// What the zero key makes, anybody could.
func TestNoKeyIsActive(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("an empty ring has an active key")
		}
	}()
	ring().Active()
}

func TestAnyTriesEveryKey(t *testing.T) {
	t.Parallel()
	for passing, want := range map[uint32]bool{7: true, 5: true, 6: true, 8: false} {
		tried := 0
		got := ring(7, 5, 6).Any(func(k key) bool { tried++; return k.Version() == passing })
		if got != want || tried != 3 {
			t.Errorf("version %d passes: %v, after %d keys", passing, got, tried)
		}
	}
	if ring().Any(func(key) bool { return true }) {
		t.Error("a key of an empty ring passes")
	}
}

func TestVersionedPrintsAsItsVersion(t *testing.T) {
	t.Parallel()
	r := ring(7)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "key", r[0])
	if !strings.HasSuffix(log.String(), " key=7\n") {
		t.Errorf("logs %s", &log)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
		if text := fmt.Sprintf(verb, r); strings.Contains(text, "canary") || !strings.Contains(text, "[key 7]") {
			t.Errorf("%s prints %s", verb, text)
		}
	}
}
