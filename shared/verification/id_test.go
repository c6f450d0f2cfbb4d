package verification

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"

	"lineproof/shared/account"
	"lineproof/shared/phone"
	"lineproof/shared/seal"
)

func testKey(t testing.TB, version uint32) Key {
	t.Helper()
	k, err := NewKey(version, bytes.Repeat([]byte{byte(version)}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func testNumber(t testing.TB, digits uint64) phone.Number {
	t.Helper()
	n, err := phone.FromUint64(digits)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	ring := Ring{testKey(t, 2), testKey(t, 1)}
	for _, ref := range []Ref{
		{1, testNumber(t, 10000), 1}, {0xffffffff, testNumber(t, 999999999999999), nonceMask}, {0xabcd1234, testNumber(t, 447700900000), 1 << 45},
	} {
		for _, k := range ring {
			id := k.RequestID(ref)
			if got, by := resolve(ring, ref.Account, id); got != ref || by.Version() != k.Version() || len(id) != 32 {
				t.Errorf("%s reads as another by key %d", id, by.Version())
			}
			if got, _ := resolve(ring, ref.Account^1, id); got != (Ref{Account: ref.Account ^ 1}) {
				t.Error("a foreign id names a verification")
			}
			got, _, known := resolveMessage(ring, Job{ID: id, Key: k.Version()})
			if !known || got != ref {
				t.Error("our own message does not resolve")
			}
		}
	}
	if _, _, known := resolveMessage(ring, Job{ID: ring[0].RequestID(Ref{1, testNumber(t, 10000), 1}), Key: 3}); known {
		t.Error("a message of a key that is gone resolves")
	}
}

// request_ids are UUIDs of version 4 for those who look at more than the form, whatever nonce the
// search begins with; nonce 0 is none.
func TestRequestIDIsARandomUUID(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	r, ones := Requester{Keys: Ring{testKey(t, 2), testKey(t, 1)}}, bytes.Repeat([]byte{0xff}, 8)
	c := Caller{Account: 0xabcd1234}
	for i, random := range []io.Reader{bytes.NewReader(ones), rand.Reader, rand.Reader, rand.Reader} {
		o := Order{Line: Line{Number: testNumber(t, 447700900000+uint64(i))}}
		nonce, err := r.NewNonce(c, o, random)
		id := UUID(r.Keys.Active().RequestID(Ref{c.Account, o.Line.Number, nonce}))
		if err != nil || nonce == 0 || nonce > nonceMask || !form.MatchString(id) {
			t.Errorf("%d makes %s, %v", nonce, id, err)
		}
	}
	if _, err := r.NewNonce(c, Order{}, iotest.ErrReader(io.ErrNoProgress)); err == nil {
		t.Error("a nonce is drawn from nothing")
	}
}

func BenchmarkNewNonce(b *testing.B) {
	r := Requester{Keys: Ring{testKey(b, 1)}}
	o := Order{Line: Line{Number: testNumber(b, 447700900000)}}
	for b.Loop() {
		_, _ = r.NewNonce(Caller{Account: 1}, o, rand.Reader)
	}
}

// TestPINsAreUniform draws many PINs and compares how often each digit comes at each place with
// what chance would have: with 9 degrees of freedom, chi-squared exceeds 40 once in 100,000 draws;
// the keys are fixed, so the test always draws the same.
func TestPINsAreUniform(t *testing.T) {
	t.Parallel()
	k := testKey(t, 1)
	const draws = 20_000
	for _, digits := range []int{4, 6} {
		counts := make([][10]int, digits)
		for nonce := range uint64(draws) {
			text := k.derive(Ref{1, testNumber(t, 447700900000), nonce + 1}, 1, digits).Reveal()
			if len(text) != digits {
				t.Fatalf("a PIN of %d digits", len(text))
			}
			for place := range digits {
				counts[place][text[place]-'0']++
			}
		}
		for place, count := range counts {
			chi := 0.0
			for _, n := range count {
				d := float64(n) - draws/10
				chi += d * d / (draws / 10)
			}
			if chi > 40 {
				t.Errorf("%d digits, place %d: chi-squared %.1f", digits, place, chi)
			}
		}
	}
}

func TestPINsDiffer(t *testing.T) {
	t.Parallel()
	a, b, ref := testKey(t, 1), testKey(t, 2), Ref{1, testNumber(t, 447700900000), 77}
	other := ref
	other.Nonce++
	seen := map[string]bool{}
	for _, p := range []PIN{a.derive(ref, 1, 6), a.derive(ref, 2, 6), a.derive(other, 1, 6), b.derive(ref, 1, 6)} {
		seen[p.Reveal()] = true
	}
	if len(seen) != 4 || a.derive(ref, 1, 6) != a.derive(ref, 1, 6) {
		t.Errorf("%d different PINs of four", len(seen))
	}
	if bytes.Equal(a.hash(ref, PIN{digits: "1234"}), a.hash(other, PIN{digits: "1234"})) || bytes.Equal(a.hash(ref, PIN{digits: "1234"}), b.hash(ref, PIN{digits: "1234"})) {
		t.Error("hashes of a PIN are equal")
	}
}

func TestSealedChecks(t *testing.T) {
	t.Parallel()
	k, ref := testKey(t, 1), Ref{1, testNumber(t, 447700900000), 77}
	sealed, err := k.seal(ref, rand.Reader, "0 123456 ::1")
	if err != nil || bytes.Contains(sealed, []byte("123456")) {
		t.Fatal(err, "or in clear")
	}
	other := ref
	other.Nonce++
	if k.open(ref, sealed) != "0 123456 ::1" || k.open(other, sealed) != "" || testKey(t, 2).open(ref, sealed) != "" || k.open(ref, nil) != "" {
		t.Error("opens otherwise than it was sealed")
	}
	if _, err := k.seal(ref, strings.NewReader(""), "x"); err == nil {
		t.Error("sealed without randomness")
	}
}

func TestKeysAndPINsPrintRedacted(t *testing.T) {
	t.Parallel()
	p := PIN{digits: "482913"}
	text := fmt.Sprintf("%v %+v %s %#v %d %q", p, p, p, p, p, p)
	encoded, _ := p.MarshalText()
	text += " " + string(encoded) + " " + p.String() + " " + p.LogValue().String()
	if text != "[PIN] [PIN] [PIN] [PIN] [PIN] [PIN] [PIN] [PIN] [PIN]" {
		t.Errorf("prints %s", text)
	}
	if text := fmt.Sprint(Tried{Code: p}); strings.Contains(text, "482913") {
		t.Errorf("prints %s", text)
	}
	if got := fmt.Sprintf("%v %+v", testKey(t, 5), Ring{testKey(t, 6)}); got != "[key 5] [[key 6]]" {
		t.Errorf("prints %s", got)
	}
	if _, err := NewKey(1, make([]byte, 31)); !errors.Is(err, seal.ErrShortKey) {
		t.Errorf("31 bytes gave %v", err)
	}
}

func FuzzResolve(f *testing.F) {
	ring := Ring{testKey(f, 2), testKey(f, 1)}
	f.Add(uint32(1), ring[1].RequestID(Ref{1, testNumber(f, 447700900000), 5}))
	f.Add(uint32(0), strings.Repeat("0", 32))
	f.Fuzz(func(t *testing.T, owner uint32, id string) {
		ref, k := resolve(ring, account.Key(owner), id)
		if ref.Account != account.Key(owner) {
			t.Errorf("%q names another's", id)
		}
		if ref.Nonce != 0 && k.RequestID(ref) != strings.ToLower(id) {
			t.Errorf("%q reads as %s", id, k.RequestID(ref))
		}
		_, _, _ = resolveMessage(ring, Job{ID: id, Key: 1})
	})
}

func FuzzUnpackCheck(f *testing.F) {
	f.Add("1893553445000 1234 ::1")
	f.Add("  ")
	f.Fuzz(func(_ *testing.T, text string) { unpackCheck(text) })
}
