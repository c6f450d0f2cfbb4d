package authserver

import (
	"net/http"

	"lineproof/shared/network"
)

// Connection returns where a request came from. It trusts CloudFront's viewer address when the
// request proves with one of the origin secrets that CloudFront sent it, and a TLS client
// certificate that net/http verified.
func Connection(r *http.Request, origin network.Keys) network.Connection {
	at := network.ClientAddress(r.RemoteAddr, r.Header, origin)
	c := network.Connection{Address: at, Header: r.Header}
	if r.TLS != nil && len(r.TLS.VerifiedChains) > 0 {
		c.Certificate = network.FingerprintDER(r.TLS.PeerCertificates[0].Raw)
	}
	return c
}
