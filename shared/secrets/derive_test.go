package secrets_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"lineproof/shared/account"
	"lineproof/shared/keyring"
	"lineproof/shared/seal"
	"lineproof/shared/secrets"
	"lineproof/shared/verification"
)

func TestDerive(t *testing.T) {
	t.Parallel()
	r := generated(t, 2)
	pins, errPIN := secrets.Derive(r, verification.NewKey)
	peppers, errPepper := secrets.ParseAs(account.NewPepper)(secrets.Marshal(r))
	if errPIN != nil || errPepper != nil || len(pins) != 2 || len(peppers) != 2 {
		t.Fatal(pins, peppers, errPIN, errPepper)
	}
	for i, k := range r {
		if pins[i].Version() != k.Version() || peppers[i].Version() != k.Version() {
			t.Errorf("key %d has the versions %d and %d, want %d", i, pins[i].Version(), peppers[i].Version(), k.Version())
		}
	}
}

func TestDeriveFails(t *testing.T) {
	t.Parallel()
	long := bytes.Repeat([]byte("s"), 32)
	if _, err := secrets.Derive(secrets.Ring{keyring.NewSecret("a", long[:31])}, verification.NewKey); !errors.Is(err, seal.ErrShortKey) {
		t.Errorf("a short key: %v", err)
	}
	if _, err := secrets.Derive(secrets.Ring{keyring.NewSecret("0a0a0a0a", long), keyring.NewSecret("0A0A0A0A", long)}, verification.NewKey); err == nil {
		t.Error("two keys share a version")
	}
	if _, err := secrets.ParseAs(verification.NewKey)([]byte("{}")); err == nil {
		t.Error("no ring is one")
	}
}

// A part goes by the IDs, and so by the versions, of the whole.
func TestPart(t *testing.T) {
	t.Parallel()
	whole := generated(t, 2)
	part, err := secrets.Part(whole, verification.IDMaterial)
	if err != nil || len(part) != len(whole) {
		t.Fatal(part, err)
	}
	for i, k := range part {
		want, err := verification.IDMaterial(whole[i].Reveal())
		if err != nil || k.ID != whole[i].ID || !bytes.Equal(k.Reveal(), want) {
			t.Errorf("key %d is %v, %v", i, k, err)
		}
	}
	read, err := secrets.ParseAs(verification.NewIDKey)(secrets.Marshal(part))
	if err != nil || len(read) != 2 || read[0].Version() != whole[0].Version() {
		t.Errorf("reads as %v, %v", read, err)
	}
	_, err = secrets.Part(secrets.Ring{keyring.NewSecret("a", nil)}, verification.IDMaterial)
	if !errors.Is(err, seal.ErrShortKey) {
		t.Errorf("a short key: %v", err)
	}
}

// CloudFormation can write one random text into a JSON object; that is a ring as well, so a stack
// works from its first second.
func TestParseGeneratedByCloudFormation(t *testing.T) {
	t.Parallel()
	random := slices.Repeat([]byte("Az09"), 16)
	r, err := secrets.Parse([]byte(`{"id":"initial","secret":"` + string(random) + `"}`))
	if err != nil || len(r) != 1 || r.Active().ID != "initial" || len(r.Active().Reveal()) != 48 {
		t.Fatalf("ring %v, %v", r, err)
	}
	if _, err := secrets.Derive(r, verification.NewKey); err != nil {
		t.Error(err)
	}
	if _, err := secrets.Parse([]byte(`{"id":"initial","secret":"Az09"}`)); err == nil {
		t.Error("a short one is taken")
	}
}
