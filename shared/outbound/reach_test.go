package outbound_test

import (
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"lineproof/shared/outbound"
)

// Reach tells where a call would get to, and makes none.
func TestReach(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	counting := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) })
	plain, secured := httptest.NewServer(counting), httptest.NewTLSServer(counting)
	t.Cleanup(plain.Close)
	t.Cleanup(secured.Close)
	roots := x509.NewCertPool()
	roots.AddCert(secured.Certificate())
	closed := httptest.NewServer(counting)
	closed.Close()
	here := outbound.Options{Loopback: true, Roots: roots}
	for name, test := range map[string]struct {
		options outbound.Options
		address string
		want    error
	}{
		"a server":              {here, secured.URL + "/path?query", nil},
		"over http, here":       {here, plain.URL, nil},
		"over http, elsewhere":  {outbound.Options{Roots: roots}, plain.URL, outbound.ErrAddress},
		"here, where forbidden": {outbound.Options{Roots: roots}, secured.URL, outbound.ErrForbidden},
		"the cloud's metadata":  {outbound.Options{}, "https://169.254.169.254/latest", outbound.ErrForbidden},
		"an untrusted one":      {outbound.Options{Loopback: true}, secured.URL, outbound.ErrUntrusted},
		"nobody":                {here, closed.URL, outbound.ErrNoAnswer},
		"no TLS":                {here, strings.Replace(plain.URL, "http:", "https:", 1), outbound.ErrNoAnswer},
		"a user":                {here, "https://user@" + net.JoinHostPort("127.0.0.1", "1"), outbound.ErrAddress},
		"no URL":                {here, "%", outbound.ErrAddress},
	} {
		if err := outbound.Reach(t.Context(), test.options, test.address); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
	if calls.Load() != 0 {
		t.Errorf("%d calls were made", calls.Load())
	}
}
