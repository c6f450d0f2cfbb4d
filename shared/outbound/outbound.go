// Package outbound owns how calls leave for addresses that others chose: over TLS 1.2 or later,
// neither through a proxy nor after a redirect, to public addresses alone (see [Guard]), and with a
// bound to what is read of an answer's headers.
package outbound

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"
)

const (
	dialTimeout = 3 * time.Second
	// maxHeaders is how much is read of an answer's headers, in bytes.
	maxHeaders = 16 << 10
	// idleTimeout is how long a connection waits for the next call. A function may be frozen
	// between calls for long, and finds a connection dead then.
	idleTimeout = 10 * time.Second
	// idlePerHost is how many connections wait for a host: as many as a batch has messages.
	idlePerHost = 10
)

// Options are how a client differs from that of a deployment.
type Options struct {
	// Loopback lets it reach this machine too, and that over http as well: for the local program.
	Loopback bool
	// Around, if any, sees each call and its answer.
	Around func(http.RoundTripper) http.RoundTripper
	// Roots are the certificates to trust, and Names resolves names; the system's when nil.
	Roots *x509.CertPool
	Names *net.Resolver
}

// NewClient returns a client. How long a call may take is its caller's to say.
func NewClient(o Options) *http.Client {
	var t http.RoundTripper = newCarrier(o)
	if o.Around != nil {
		t = o.Around(t)
	}
	return &http.Client{
		Transport: t,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}

// carrier carries calls, with TLS but on this machine.
type carrier struct {
	*http.Transport

	guard Guard
}

func newCarrier(o Options) carrier {
	g := Guard{Loopback: o.Loopback}
	return carrier{guard: g, Transport: &http.Transport{
		DialContext:            o.dialer().DialContext,
		TLSClientConfig:        o.tls(),
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    idlePerHost,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxHeaders,
	}}
}

func (o Options) dialer() *net.Dialer {
	g := Guard{Loopback: o.Loopback}
	return &net.Dialer{Timeout: dialTimeout, Resolver: o.Names, ControlContext: g.Control}
}

func (o Options) tls() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots}
}

// Reach connects to where a URL leads as a call would, TLS included, and sends nothing of one. It
// fails with what Cause tells.
func Reach(ctx context.Context, o Options, address string) error {
	u, err := Address(address)
	if err != nil {
		return err
	}
	var connection net.Conn
	switch {
	case u.Scheme == "https":
		d := tls.Dialer{NetDialer: o.dialer(), Config: o.tls()}
		connection, err = d.DialContext(ctx, "tcp", hostPort(u, "443"))
	case o.Loopback && isHere(u):
		connection, err = o.dialer().DialContext(ctx, "tcp", hostPort(u, "80"))
	default:
		return ErrAddress
	}
	if err != nil {
		return Cause(err)
	}
	return connection.Close()
}

// hostPort returns where a URL leads, at its own port or at the usual one.
func hostPort(u *url.URL, usual string) string {
	return net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), usual))
}

// RoundTrip carries a call.
func (c carrier) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" && !(c.guard.Loopback && isHere(r.URL)) {
		return nil, ErrAddress
	}
	return c.Transport.RoundTrip(r)
}

// isHere tells whether a URL is one of http on this machine.
func isHere(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// What a call fails with, as far as it may be told (see Cause).
var (
	// ErrAddress says that what was to be called is no https address.
	ErrAddress = errors.New("outbound: not an https address")
	// ErrForbidden says that the address is not public.
	ErrForbidden = errors.New("outbound: address is not public")
	// ErrUntrusted says that the certificate is not trusted.
	ErrUntrusted = errors.New("outbound: certificate is not trusted")
	// ErrNoAnswer says that nothing, or nothing that HTTP allows, came back.
	ErrNoAnswer = errors.New("outbound: no answer")
)

// Address returns the URL that may be called, or ErrAddress: one with a host and without a user.
// Its scheme is looked at when it is called.
func Address(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil {
		return nil, ErrAddress
	}
	return u, nil
}

// Cause returns what may be told of a call's error, one of those above or
// context.DeadlineExceeded: the error of a transport quotes addresses and answers.
func Cause(err error) error {
	var untrusted *tls.CertificateVerificationError
	switch {
	case errors.Is(err, ErrAddress):
		return ErrAddress
	case errors.Is(err, ErrForbidden):
		return ErrForbidden
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded
	case errors.As(err, &untrusted):
		return ErrUntrusted
	default:
		return ErrNoAnswer
	}
}
