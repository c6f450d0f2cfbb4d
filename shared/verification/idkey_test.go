package verification

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"testing"
)

// What the first build made of fixed material: of a verification that is in progress while a newer
// build takes over.
const (
	madeID     = "1e612caf292adbacb9273e3477e8854f"
	madePIN    = "3235"
	madeSecond = "333781" // of the second generation, six digits
	madeHash   = "6d81ca111803e3dc526c659c02dfc3472b1afde3c611e2bf4de76cd9e092c901"
	madeSealed = "7477656c76652062797465738162b54758dcbd954a6a7c84f5b7d9ab52b8e058" +
		"c419d2193f809c9e6c56ca234463beb635b232168964387e37fe75"
	madeCheck = "1767225600123 0000 198.51.100.7"
)

var madeMaterial = bytes.Repeat([]byte{0xa5}, 32)

func madeRef(t *testing.T) Ref { return Ref{0xabcd1234, testNumber(t, 447700900000), 77} }

func madeIDKey(t *testing.T) IDKey {
	t.Helper()
	part, err := IDMaterial(madeMaterial)
	if err != nil {
		t.Fatal(err)
	}
	k, err := NewIDKey(0x0a0b0c0d, part)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Whatever an earlier build made, both keys of the same material make and read alike.
func TestKeysOfEarlierBuilds(t *testing.T) {
	t.Parallel()
	k, err := NewKey(0x0a0b0c0d, madeMaterial)
	if err != nil {
		t.Fatal(err)
	}
	ref := madeRef(t)
	if k.derive(ref, 1, 4).digits != madePIN || k.derive(ref, 2, 6).digits != madeSecond {
		t.Error("another PIN")
	}
	if !bytes.Equal(k.hash(ref, PIN{digits: madePIN}), unhex(t, madeHash)) {
		t.Error("another hash")
	}
	for name, ids := range map[string]IDRing{"whole": IDKeys(Ring{k}), "part": {madeIDKey(t)}} {
		got, by := resolve(ids, ref.Account, madeID)
		if got != ref || by.Version() != k.Version() || by.RequestID(ref) != madeID {
			t.Errorf("%s: the request_id names another", name)
		}
		if text := by.open(ref, unhex(t, madeSealed)); text != madeCheck {
			t.Errorf("%s: opened as %q", name, text)
		}
	}
}

// A holder of an IDKey has nothing to derive a PIN with: not by its type, and not by its material.
func TestIDKeysTellNoPIN(t *testing.T) {
	t.Parallel()
	type deriver interface{ derive(Ref, int, int) PIN }
	type hasher interface{ hash(Ref, PIN) []byte }
	for key, want := range map[any]bool{&Key{}: true, &IDKey{}: false} {
		_, derives := key.(deriver)
		_, hashes := key.(hasher)
		if derives != want || hashes != want {
			t.Errorf("%T derives: %v, hashes: %v", key, derives, hashes)
		}
	}
	for _, keys := range []any{Searcher{}.Keys, Controller{}.Keys, Sweeper{}.Keys} {
		if _, ok := keys.(IDRing); !ok {
			t.Errorf("keys of the type %T", keys)
		}
	}
	part, err := IDMaterial(madeMaterial)
	if err != nil {
		t.Fatal(err)
	}
	ref, ids := madeRef(t), madeIDKey(t)
	forged := []Key{{ids, part, part}}
	for from := 0; from+derivedSize <= len(part); from++ {
		piece := part[from : from+derivedSize]
		rederived, err := NewKey(1, piece)
		if err != nil {
			t.Fatal(err)
		}
		forged = append(forged, Key{ids, piece, piece}, Key{ids, rederived.pin, rederived.pepper})
	}
	for i, k := range forged {
		if k.derive(ref, 2, 6).digits == madeSecond ||
			bytes.Equal(k.hash(ref, PIN{digits: madePIN}), unhex(t, madeHash)) {
			t.Errorf("guess %d tells the PIN", i)
		}
	}
}

func TestIDMaterialIsOfOneForm(t *testing.T) {
	t.Parallel()
	if _, err := IDMaterial(madeMaterial[1:]); err == nil {
		t.Error("31 bytes are material")
	}
	for _, size := range []int{0, derivedSize, 2*derivedSize - 1, 2*derivedSize + 1} {
		if _, err := NewIDKey(1, make([]byte, size)); err == nil {
			t.Errorf("%d bytes are an ID key", size)
		}
	}
	k := madeIDKey(t)
	if text := fmt.Sprintf("%v %+v %s", k, IDRing{k}, k.LogValue()); text !=
		"[key 168496141] [[key 168496141]] 168496141" {
		t.Errorf("prints %s", text)
	}
}
