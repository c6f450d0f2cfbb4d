package secrets_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"lineproof/shared/account"
	"lineproof/shared/pin"
	"lineproof/shared/seal"
	"lineproof/shared/secrets"
)

func TestVersion(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]uint32{
		"00010203": 0x00010203, "ffffffff": 0xffffffff,
		"initial": 0xac1b5c09, // the beginning of what sha256sum gives
		"0001020": 0xfaa2b66f,
	} {
		if got := secrets.NewKey(id, nil).Version(); got != want {
			t.Errorf("the version of %s is %08x, want %08x", id, got, want)
		}
	}
}

func TestDerive(t *testing.T) {
	t.Parallel()
	r := rotated(t, generated(t), 1)
	pins, errPIN := secrets.Derive(r, pin.NewKey)
	peppers, errPepper := secrets.ParseAs(account.NewPepper)(r.Marshal())
	if errPIN != nil || errPepper != nil || len(pins) != 2 || len(peppers) != 2 {
		t.Fatal(pins, peppers, errPIN, errPepper)
	}
	for i, k := range r {
		if pins[i].Version != k.Version() || peppers[i].Version != k.Version() {
			t.Errorf("key %d has the versions %d and %d, want %d", i, pins[i].Version, peppers[i].Version, k.Version())
		}
	}
	_ = pin.Ring(pins)
	_ = account.Ring(peppers)
}

func TestDeriveFails(t *testing.T) {
	t.Parallel()
	long := bytes.Repeat([]byte("s"), 32)
	if _, err := secrets.Derive(secrets.Ring{secrets.NewKey("a", long[:31])}, pin.NewKey); !errors.Is(err, seal.ErrShortKey) {
		t.Errorf("a short key: %v", err)
	}
	if _, err := secrets.Derive(secrets.Ring{secrets.NewKey("0a0a0a0a", long), secrets.NewKey("0A0A0A0A", long)}, pin.NewKey); err == nil {
		t.Error("two keys share a version")
	}
	if _, err := secrets.ParseAs(pin.NewKey)([]byte("{}")); err == nil {
		t.Error("no ring is one")
	}
}

// A part goes by the IDs, and so by the versions, of the whole.
func TestPart(t *testing.T) {
	t.Parallel()
	whole := rotated(t, generated(t), 1)
	part, err := secrets.Part(whole, pin.IDMaterial)
	if err != nil || len(part) != len(whole) {
		t.Fatal(part, err)
	}
	for i, k := range part {
		want, err := pin.IDMaterial(whole[i].Secret())
		if err != nil || k.ID != whole[i].ID || !bytes.Equal(k.Secret(), want) {
			t.Errorf("key %d is %v, %v", i, k, err)
		}
	}
	read, err := secrets.ParseAs(pin.NewIDKey)(part.Marshal())
	if err != nil || len(read) != 2 || read[0].Version != whole[0].Version() {
		t.Errorf("reads as %v, %v", read, err)
	}
	_, err = secrets.Part(secrets.Ring{secrets.NewKey("a", nil)}, pin.IDMaterial)
	if !errors.Is(err, seal.ErrShortKey) {
		t.Errorf("a short key: %v", err)
	}
}

// CloudFormation can write one random text into a JSON object; that is a ring as well, so a stack works from its first second.
func TestParseGeneratedByCloudFormation(t *testing.T) {
	t.Parallel()
	random := slices.Repeat([]byte("Az09"), 16)
	r, err := secrets.Parse([]byte(`{"id":"initial","secret":"` + string(random) + `"}`))
	if err != nil || len(r) != 1 || r.Active().ID != "initial" || len(r.Active().Secret()) != 48 {
		t.Fatalf("ring %v, %v", r, err)
	}
	if _, err := secrets.Derive(r, pin.NewKey); err != nil {
		t.Error(err)
	}
	if _, err := secrets.Parse([]byte(`{"id":"initial","secret":"Az09"}`)); err == nil {
		t.Error("a short one is taken")
	}
}
