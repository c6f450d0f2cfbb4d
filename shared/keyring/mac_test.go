package keyring_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"testing"

	"lineproof/shared/keyring"
)

// generated returns a ring of n new keys.
func generated(t testing.TB, n int) keyring.MAC {
	t.Helper()
	ring := make(keyring.MAC, n)
	for i := range ring {
		var err error
		if ring[i], err = keyring.GenerateSecret(rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	return ring
}

// The expected sum is built by hand: an eight-byte length before each part.
func TestSum(t *testing.T) {
	t.Parallel()
	m := generated(t, 2)
	h := hmac.New(sha256.New, m[0].Reveal())
	h.Write([]byte("\x00\x00\x00\x00\x00\x00\x00\x02ab\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01c"))
	sum := m.Sum([]byte("ab"), nil, []byte("c"))
	if !bytes.Equal(sum, h.Sum(nil)) {
		t.Errorf("sum is %x, want %x", sum, h.Sum(nil))
	}
	for _, parts := range [][]string{
		{"ab", "c"}, {"abc"}, {"ab", "c", ""}, {"a", "b", "c"}, {}, {"c", "", "ab"}, {"ab", "", "C"},
	} {
		b := make([][]byte, len(parts))
		for i, part := range parts {
			b[i] = []byte(part)
		}
		if m.Check(sum, b...) {
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
	keyring.MAC{}.Sum()
}

func TestCheckTriesEveryKey(t *testing.T) {
	t.Parallel()
	old := generated(t, 1)
	sum := old.Sum([]byte("x"))
	kept, dropped := append(generated(t, 2), old...), generated(t, 2)
	if !old.Check(sum, []byte("x")) || !kept.Check(sum, []byte("x")) {
		t.Error("a kept key's sum is not known")
	}
	if dropped.Check(sum, []byte("x")) || (keyring.MAC{}).Check(sum, []byte("x")) {
		t.Error("a dropped key's sum is known")
	}
	for _, bad := range [][]byte{
		nil, {}, sum[:31], append(sum[:31:31], sum[31]^1), append(sum[:32:32], 0),
	} {
		if kept.Check(bad, []byte("x")) {
			t.Errorf("%x is a sum", bad)
		}
	}
}

func BenchmarkMAC(b *testing.B) {
	m := generated(b, 2)
	part := []byte("0123456789abcdef0123456789abcdef")
	sum := m.Sum(part, part)
	b.Run("sum", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m.Sum(part, part)
		}
	})
	b.Run("check two keys", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m.Check(sum, part, part)
		}
	})
}
