// Package api owns the operations: one file each, one constructor each, giving the web.Endpoint that Lambda and the local
// server both mount.
//
// An endpoint reads what the wire allows, asks the domain, and answers in the wire's terms. It knows
// no store and no SDK: what it needs is handed to its constructor, the wire comes with the request.
// Number verification and OAuth serve many wires and ask for none by name. The Verify API and the
// fallback have one format each, whose parameters and answers stand here.
package api

import (
	"net/http"
	"time"

	"lineproof/shared/network"
)

// Clock tells the time that every rule goes by.
type Clock func() time.Time

// Locator tells where a request came from.
type Locator func(*http.Request) network.Connection

// Locate gives a Locator that trusts CloudFront's viewer address when the request proves with one of the origin secrets that
// CloudFront sent it, and a TLS client certificate that net/http verified.
func Locate(origin network.Keys) Locator {
	return func(r *http.Request) network.Connection {
		c := network.Connection{Address: network.ClientAddress(r.RemoteAddr, r.Header, origin), Header: r.Header}
		if r.TLS != nil && len(r.TLS.VerifiedChains) > 0 {
			c.Certificate = network.FingerprintDER(r.TLS.PeerCertificates[0].Raw)
		}
		return c
	}
}
