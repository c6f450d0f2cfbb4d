package network_test

import (
	"encoding/pem"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"lineproof/shared/network"
)

func TestFingerprintIsTheSameInEveryForm(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	der := server.Certificate().Raw
	want := network.FingerprintDER(der)
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	if got, err := network.FingerprintPEM(text + text); err != nil || got != want {
		t.Errorf("PEM gave %x, %v, want %x", got, err, want)
	}
	if (want == network.Fingerprint{}) {
		t.Error("a certificate has the fingerprint of none")
	}
}

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

func TestFingerprintPEMRefusesOtherTexts(t *testing.T) {
	t.Parallel()
	key := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")}))
	empty := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE"}))
	for _, text := range []string{"", "CERT", key, empty} {
		if _, err := network.FingerprintPEM(text); !errors.Is(err, network.ErrFingerprint) {
			t.Errorf("%q gave %v", text, err)
		}
	}
}

func FuzzFingerprint(f *testing.F) {
	f.Add("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
	f.Add("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, parse := range []func(string) (network.Fingerprint, error){network.ParseFingerprint, network.FingerprintPEM} {
			if got, err := parse(text); (err == nil) == (got == network.Fingerprint{}) {
				t.Errorf("%q gave %x, %v", text, got, err)
			}
		}
	})
}
