package network_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http/httptest"
	"testing"

	"lineproof/shared/keyring"
	"lineproof/shared/network"
)

func TestConnection(t *testing.T) {
	t.Parallel()
	origin := network.Keys{keyring.NewSecret("cloudfront", []byte("origin"))}
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "192.0.2.1:40000"
	r.Header.Set(network.ViewerHeader, "198.51.100.7:4711")
	c := network.ConnectionOf(r, origin)
	if c.Address.String() != "192.0.2.1:40000" || c.Certificate != (network.Fingerprint{}) {
		t.Errorf("without the origin's secret: %v", c.Address)
	}
	r.Header.Set(network.OriginHeader, "origin")
	c = network.ConnectionOf(r, origin)
	if c.Address.String() != "198.51.100.7:4711" || c.Header.Get(network.ViewerHeader) == "" {
		t.Errorf("with the origin's secret: %v", c.Address)
	}
	certificate := &x509.Certificate{Raw: []byte("certificate")}
	r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{certificate}}
	if c := network.ConnectionOf(r, origin); c.Certificate != (network.Fingerprint{}) {
		t.Error("a certificate that nobody verified counts")
	}
	r.TLS.VerifiedChains = [][]*x509.Certificate{{certificate}}
	c = network.ConnectionOf(r, origin)
	if c.Certificate != network.FingerprintDER(certificate.Raw) {
		t.Error("a verified certificate does not count")
	}
}
