package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// The limits of a call.
const (
	callTimeout = 5 * time.Second
	dialTimeout = 3 * time.Second
	// maxAnswer is how much is read of an answer's headers and of its body.
	maxAnswer = 16 << 10
	// idleTimeout is how long a connection waits for the next call. A function may be frozen
	// between calls for long, and finds a connection dead then.
	idleTimeout = 10 * time.Second
	// idlePerHost is how many connections wait for a host: as many as a batch has messages.
	idlePerHost = 10
)

// Client is a Poster. It speaks to addresses that its Guard allows, with TLS 1.2 or later, neither
// through a proxy nor after a redirect.
type Client struct{ http http.Client }

// NewClient returns a client of public https addresses.
func NewClient() *Client { return &Client{caller(newCarrier(Guard{Loopback: false}))} }

// NewLocalClient returns the local program's, which may also reach this machine, and that over http
// too. around sees each call and its answer.
func NewLocalClient(around func(http.RoundTripper) http.RoundTripper) *Client {
	return &Client{caller(around(newCarrier(Guard{Loopback: true})))}
}

// carrier carries calls, with TLS but on this machine.
type carrier struct {
	guard     Guard
	transport *http.Transport
}

func newCarrier(g Guard) carrier {
	dialer := net.Dialer{Timeout: dialTimeout, ControlContext: g.Control}
	return carrier{g, &http.Transport{
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    idlePerHost,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxAnswer,
	}}
}

// RoundTrip carries a call.
func (c carrier) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" && !(c.guard.Loopback && isHere(r.URL)) {
		return nil, errAddress
	}
	return c.transport.RoundTrip(r)
}

// isHere tells whether a URL is one of http on this machine.
func isHere(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

func caller(t http.RoundTripper) http.Client {
	return http.Client{
		Transport: t,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}

// Post sends a callback, as Poster says. It takes five seconds at most.
func (c *Client) Post(
	ctx context.Context, address, authorization string, body []byte,
) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	request, err := request(ctx, address, authorization, body)
	if err != nil {
		return 0, err
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return 0, cause(err)
	}
	defer func() { _ = answer.Body.Close() }() // nobody needs the rest
	// what is read lets the connection be used again
	_, _ = io.CopyN(io.Discard, answer.Body, maxAnswer)
	return answer.StatusCode, nil
}

var errAddress = errors.New("webhook: not an https address")

func request(
	ctx context.Context, address, authorization string, body []byte,
) (*http.Request, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return nil, errAddress
	}
	r, err := http.NewRequestWithContext(
		ctx, http.MethodPost, u.String(), bytes.NewReader(body),
	)
	if err != nil {
		return nil, errAddress
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Lineproof")
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	// It is not sent, and lets the call be repeated when a connection that waited proves dead.
	r.Header["Idempotency-Key"] = nil
	return r, nil
}

var (
	errUntrusted = errors.New("webhook: certificate is not trusted")
	errNoAnswer  = errors.New("webhook: no answer")
)

// cause returns what may be told of a call's error: the error of a transport quotes addresses and
// answers.
func cause(err error) error {
	var untrusted *tls.CertificateVerificationError
	switch {
	case errors.Is(err, errAddress):
		return errAddress
	case errors.Is(err, errForbidden):
		return errForbidden
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded
	case errors.As(err, &untrusted):
		return errUntrusted
	default:
		return errNoAnswer
	}
}
