package token_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"

	"lineproof/shared/token"
)

// TestKeyPair reads the private half as its owner does, by the standard library, and has the public
// one verify what that signs.
func TestKeyPair(t *testing.T) {
	t.Parallel()
	private, public, err := token.KeyPair()
	if err != nil {
		t.Fatal(err)
	}
	block, rest := pem.Decode(private)
	if block == nil || block.Type != "PRIVATE KEY" || len(rest) > 0 {
		t.Fatalf("not one PKCS #8 key: %+v", block)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok || key.N.BitLen() != 2048 || key.Validate() != nil {
		t.Fatalf("a key of type %T", parsed)
	}
	ring, err := token.ParseJWKS(public)
	if err != nil || len(ring) != 1 || ring[0].Alg != token.RS256 || ring[0].Private() != nil ||
		!key.PublicKey.Equal(ring[0].Public) || ring[0].ID != ring[0].Thumbprint() {
		t.Errorf("published as %s: %v", public, err)
	}
	if strings.Contains(string(public), `"d"`) {
		t.Error("the private half is published")
	}
	if _, err := ring[0].PEM(); err == nil {
		t.Error("a public key is written as a private one")
	}
}

func publicPEM(t *testing.T, label string, public any) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
}

func TestParsePublicPEM(t *testing.T) {
	t.Parallel()
	key := clientRSA()
	good := publicPEM(t, "PUBLIC KEY", key.Public)
	for name, text := range map[string]string{
		"as written": good, "with CRLF": strings.ReplaceAll(good, "\n", "\r\n"),
		"with space": "\n" + good + "\n\n",
	} {
		ring, err := ringOf(token.ParsePublicPEM([]byte(text)))
		if err != nil || len(ring) != 1 || ring[0].Alg != token.RS256 ||
			!key.Public.(*rsa.PublicKey).Equal(ring[0].Public) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ec, errEC := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	private, errPEM := key.PEM()
	if errEC != nil || errPEM != nil {
		t.Fatal(errEC, errPEM)
	}
	short := *key.Public.(*rsa.PublicKey)
	short.N = new(big.Int).Rsh(short.N, 1)
	short.N.SetBit(short.N, 0, 1)
	for name, text := range map[string]string{
		"nothing": "", "no PEM": "canary", "an EC key": publicPEM(t, "PUBLIC KEY", &ec.PublicKey),
		"another label": publicPEM(t, "CERTIFICATE", key.Public), "a private key": string(private),
		"two keys": good + good, "no DER": strings.Replace(good, "MII", "AII", 1),
		"a short key": publicPEM(t, "PUBLIC KEY", &short),
	} {
		if set, err := token.ParsePublicPEM([]byte(text)); err == nil || len(set) > 0 {
			t.Errorf("%s is read as %s, %v", name, set, err)
		}
	}
}

func ringOf(set []byte, err error) (token.Ring, error) {
	if err != nil {
		return nil, err
	}
	return token.ParseJWKS(set)
}

func FuzzParsePublicPEM(f *testing.F) {
	f.Add("-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n")
	f.Add("-----BEGIN PUBLIC KEY-----\n\n-----END PUBLIC KEY-----")
	f.Fuzz(func(t *testing.T, text string) {
		set, err := token.ParsePublicPEM([]byte(text))
		if err != nil {
			return
		}
		if ring, err := token.ParseJWKS(set); err != nil || len(ring) != 1 {
			t.Errorf("%q is read as %s: %v", text, set, err)
		}
	})
}
