package secrets_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/iotest"

	"lineproof/shared/secrets"
)

// counting gives bytes 0, 1, 2, …: randomness that a test can foretell.
type counting struct{ next byte }

func (c *counting) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = c.next
		c.next++
	}
	return len(p), nil
}

func generated(t testing.TB) secrets.Ring {
	t.Helper()
	r, err := secrets.Generate(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func rotated(t testing.TB, r secrets.Ring, keep int) secrets.Ring {
	t.Helper()
	r, err := secrets.Rotate(r, rand.Reader, keep)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestGenerate(t *testing.T) {
	t.Parallel()
	r, err := secrets.Generate(&counting{})
	if err != nil || len(r) != 1 || r.Active().ID != "00010203" || !bytes.Equal(r.Active().Secret()[:4], []byte{4, 5, 6, 7}) || len(r.Active().Secret()) != 32 {
		t.Errorf("generated %v, %v", r, err)
	}
	if _, err := aes.NewCipher(r.Active().Secret()); err != nil {
		t.Errorf("no AES key: %v", err)
	}
	for _, bad := range []io.Reader{iotest.ErrReader(io.ErrClosedPipe), strings.NewReader("short")} {
		if _, err := secrets.Generate(bad); err == nil {
			t.Error("made a key without randomness")
		}
		if _, err := secrets.GenerateBundle(bad, nil); err == nil {
			t.Error("made a bundle without randomness")
		}
	}
}

// The expected sum is built by hand: an eight-byte length before each part.
func TestSum(t *testing.T) {
	t.Parallel()
	r := generated(t)
	h := hmac.New(sha256.New, r.Active().Secret())
	h.Write([]byte("\x00\x00\x00\x00\x00\x00\x00\x02ab\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01c"))
	sum := r.Sum([]byte("ab"), nil, []byte("c"))
	if !bytes.Equal(sum, h.Sum(nil)) {
		t.Errorf("sum is %x, want %x", sum, h.Sum(nil))
	}
	for _, parts := range [][]string{{"ab", "c"}, {"abc"}, {"ab", "c", ""}, {"a", "b", "c"}, {}, {"c", "", "ab"}, {"ab", "", "C"}} {
		b := make([][]byte, len(parts))
		for i, part := range parts {
			b[i] = []byte(part)
		}
		if r.Check(sum, b...) {
			t.Errorf("%q has the sum of another list", parts)
		}
	}
}

func TestSumNeedsAKey(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("summed without a key")
		}
	}()
	secrets.Ring{}.Sum()
}

func TestCheckTriesEveryKey(t *testing.T) {
	t.Parallel()
	old := generated(t)
	sum := old.Sum([]byte("x"))
	kept, dropped := rotated(t, rotated(t, old, 1), 2), rotated(t, rotated(t, old, 1), 1)
	if !old.Check(sum, []byte("x")) || !kept.Check(sum, []byte("x")) {
		t.Error("a kept key's sum is not known")
	}
	if dropped.Check(sum, []byte("x")) || generated(t).Check(sum, []byte("x")) || (secrets.Ring{}).Check(sum, []byte("x")) {
		t.Error("a dropped key's sum is known")
	}
	for _, bad := range [][]byte{nil, {}, sum[:31], append(sum[:31:31], sum[31]^1), append(sum[:32:32], 0)} {
		if kept.Check(bad, []byte("x")) {
			t.Errorf("%x is a sum", bad)
		}
	}
}

func TestRotate(t *testing.T) {
	t.Parallel()
	var r secrets.Ring
	for i := range 40 {
		before := r
		r = rotated(t, r, 100)
		if want := min(i+1, 16); len(r) != want {
			t.Fatalf("after %d rotations %d keys, want %d", i+1, len(r), want)
		}
		if i > 0 && (r[1].ID != before[0].ID || r.Active().ID == before.Active().ID) {
			t.Fatal("the old active key is not the second")
		}
	}
	for keep, want := range map[int]int{-1: 1, 0: 1, 1: 2, 5: 6} {
		if got := rotated(t, r, keep); len(got) != want {
			t.Errorf("keeping %d gives %d keys", keep, len(got))
		}
	}
	if len(r) != 16 {
		t.Error("rotating changed the old ring")
	}
	if (secrets.Ring{}).Active().Secret() != nil {
		t.Error("no key has a secret")
	}
}

func TestRingComesBack(t *testing.T) {
	t.Parallel()
	r := rotated(t, generated(t), 1)
	back, err := secrets.Parse(r.Marshal())
	if err != nil || len(back) != 2 {
		t.Fatal(err)
	}
	for i := range r {
		if back[i].ID != r[i].ID || !bytes.Equal(back[i].Secret(), r[i].Secret()) {
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
	f.Add(generated(f).Marshal())
	f.Add([]byte(`{"keys":[{"id":"a","secret":"AAAA"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := secrets.Parse(text)
		if err != nil {
			return
		}
		if again, err := secrets.Parse(r.Marshal()); err != nil || !bytes.Equal(again.Marshal(), r.Marshal()) {
			t.Errorf("%s came back as %s, %v", r.Marshal(), again.Marshal(), err)
		}
	})
}

func TestBundle(t *testing.T) {
	t.Parallel()
	b, err := secrets.GenerateBundle(rand.Reader, map[secrets.Name][]byte{
		secrets.Signing: []byte("private"), secrets.Verification: []byte("public"),
		secrets.Fallback: []byte("mine"),
	})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, name := range []secrets.Name{secrets.Subjects, secrets.Credentials, secrets.Refresh, secrets.Gateway, secrets.PINs} {
		text, err := b.Get(context.Background(), name)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := secrets.Parse(text); err != nil || seen[string(r.Active().Secret())] {
			t.Errorf("%s: %v", name, err)
		} else {
			seen[string(r.Active().Secret())] = true
		}
	}
	for name, want := range map[secrets.Name]string{
		secrets.Signing: "private", secrets.Verification: "public", secrets.Fallback: "mine",
	} {
		if got, err := b.Get(context.Background(), name); err != nil || string(got) != want {
			t.Errorf("%s is %q, %v", name, got, err)
		}
	}
	if origin, err := b.Get(context.Background(), secrets.Origin); err != nil || len(origin) != 64 {
		t.Errorf("origin of %d characters, %v", len(origin), err)
	}
	if _, err := b.Get(context.Background(), "other"); !errors.Is(err, secrets.ErrNotFound) {
		t.Errorf("an unknown name: %v", err)
	}
}

func TestNothingPrintsASecret(t *testing.T) {
	t.Parallel()
	mark := []byte("canary-canary-canary-canary-cana")
	r := secrets.Ring{secrets.NewKey("v1", mark)}
	b := secrets.NewBundle(map[secrets.Name][]byte{secrets.Origin: mark})
	var log bytes.Buffer
	for _, h := range []slog.Handler{slog.NewJSONHandler(&log, nil), slog.NewTextHandler(&log, nil)} {
		slog.New(h).Info("x", "ring", r, "key", r[0], "pointer", &r[0], "bundle", b, "in", struct{ K secrets.Key }{r[0]})
	}
	encoded, err := json.Marshal(map[string]any{"r": r, "b": b, "k": &r[0]})
	if err != nil {
		t.Fatal(err)
	}
	inside := struct {
		r secrets.Ring
		k secrets.Key
		b *secrets.Bundle
	}{r, r[0], b}
	shown := log.String() + string(encoded) + r[0].String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
		shown += fmt.Sprintf(verb, r) + fmt.Sprintf(verb, r[0]) + fmt.Sprintf(verb, b) + fmt.Sprintf(verb, inside)
	}
	for _, leak := range []string{"canary", hex.EncodeToString(mark[:4]), "99 97 110", "0x63, 0x61", "Y2FuYXJ5"} {
		if strings.Contains(shown, leak) {
			t.Errorf("%q shows in %s", leak, shown)
		}
	}
}

func BenchmarkRing(b *testing.B) {
	r := rotated(b, generated(b), 1)
	part := []byte("0123456789abcdef0123456789abcdef")
	sum := r.Sum(part, part)
	b.Run("sum", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r.Sum(part, part)
		}
	})
	b.Run("check two keys", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r.Check(sum, part, part)
		}
	})
}
