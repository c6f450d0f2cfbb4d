package webhook

import (
	"crypto/x509"
	"net"
	"net/http"
)

// Trusting returns the client with other roots of trust and another resolver.
func Trusting(c *Client, roots *x509.CertPool, names *net.Resolver) *Client {
	t := transport(Guard{Loopback: c.local})
	t.TLSClientConfig.RootCAs = roots
	dialer := net.Dialer{Timeout: dialTimeout, Resolver: names, ControlContext: Guard{Loopback: c.local}.Control}
	t.DialContext = dialer.DialContext
	return &Client{http: caller(t), local: c.local}
}

// Round returns what carries the client's calls.
func Round(c *Client) http.RoundTripper { return c.http.Transport }

// Pauses returns those of the schedule up to the last that is repeated.
var Pauses = pauses
