package network_test

import (
	"errors"
	"strings"
	"testing"

	"lineproof/shared/network"
)

func TestParseFingerprint(t *testing.T) {
	t.Parallel()
	// SHA-256 of "abc", from FIPS 180-4's examples.
	const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	want := network.FingerprintDER([]byte("abc"))
	var colons []string
	for i := 0; i < len(abc); i += 2 {
		colons = append(colons, abc[i:i+2])
	}
	for _, text := range []string{abc, strings.ToUpper(abc), strings.Join(colons, ":")} {
		if got, err := network.ParseFingerprint(text); err != nil || got != want {
			t.Errorf("%s gave %x, %v", text, got, err)
		}
	}
	for _, text := range []string{"", abc[1:], abc + "00", "g" + abc[1:], strings.Repeat("0", 64)} {
		if got, err := network.ParseFingerprint(text); !errors.Is(err, network.ErrFingerprint) || got != (network.Fingerprint{}) {
			t.Errorf("%q gave %x, %v", text, got, err)
		}
	}
}

func FuzzFingerprint(f *testing.F) {
	f.Add("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
	f.Add("BA:78:16")
	f.Fuzz(func(t *testing.T, text string) {
		if got, err := network.ParseFingerprint(text); (err == nil) == (got == network.Fingerprint{}) {
			t.Errorf("%q gave %x, %v", text, got, err)
		}
	})
}
