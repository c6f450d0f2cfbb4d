package webhook

import (
	"crypto/x509"
	"net"
	"net/http"
)

// Trusting returns the client with other roots of trust and another resolver.
func Trusting(c *Client, roots *x509.CertPool, names *net.Resolver) *Client {
	w := newCarrier(c.http.Transport.(carrier).guard)
	w.transport.TLSClientConfig.RootCAs = roots
	dialer := net.Dialer{Timeout: dialTimeout, Resolver: names, ControlContext: w.guard.Control}
	w.transport.DialContext = dialer.DialContext
	return &Client{caller(w)}
}

// Round returns what carries the client's calls.
func Round(c *Client) *http.Transport { return c.http.Transport.(carrier).transport }
