package webhook_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lineproof/shared/outbound"
	"lineproof/shared/outbound/outboundtest"
	"lineproof/shared/webhook"
)

// receiver is a customer's server with a certificate for example.com.
type receiver struct {
	*httptest.Server
	calls atomic.Int32
}

func receive(t *testing.T, answer http.HandlerFunc) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.calls.Add(1)
		answer(w, q)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(r.Certificate())
	return pool
}

// local returns the local program's client, which trusts r.
func (r *receiver) local() *webhook.Client {
	return webhook.NewClient(outbound.NewClient(outbound.Options{Loopback: true, Roots: r.roots()}))
}

func ok(http.ResponseWriter, *http.Request) {}

func TestPost(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body []byte
	r := receive(t, func(w http.ResponseWriter, q *http.Request) {
		got = q
		body, _ = io.ReadAll(q.Body)
		w.WriteHeader(http.StatusNoContent)
	})
	status, err := r.local().Post(t.Context(), r.URL+"/hooks?key=1", "Bearer token", []byte(`{"a":1}`))
	if err != nil || status != http.StatusNoContent {
		t.Fatalf("%d, %v", status, err)
	}
	if got.Method != http.MethodPost || got.RequestURI != "/hooks?key=1" || string(body) != `{"a":1}` {
		t.Errorf("got %s %s %s", got.Method, got.RequestURI, body)
	}
	for name, want := range map[string]string{
		"Authorization": "Bearer token", "Content-Type": "application/json", "User-Agent": "Lineproof",
		"Content-Length": "7", "Idempotency-Key": "", "Cookie": "",
	} {
		if value := got.Header.Get(name); value != want {
			t.Errorf("%s is %q, want %q", name, value, want)
		}
	}
}

func TestPostIsUnsignedWithoutSecret(t *testing.T) {
	t.Parallel()
	r := receive(t, func(w http.ResponseWriter, q *http.Request) {
		if len(q.Header["Authorization"]) != 0 {
			w.WriteHeader(http.StatusTeapot)
		}
	})
	if status, err := r.local().Post(t.Context(), r.URL, "", nil); err != nil || status != 200 {
		t.Errorf("%d, %v", status, err)
	}
}

// A deployed client reaches no name that leads here, and no literal address.
func TestPostGoesToPublicAddressesAlone(t *testing.T) {
	t.Parallel()
	r := receive(t, ok)
	_, port, _ := net.SplitHostPort(r.Listener.Addr().String())
	for _, addresses := range [][]string{
		{"127.0.0.1"}, {"::1"}, {"10.1.2.3"}, {"169.254.169.254"}, {"fd00:ec2::254"}, {"64:ff9b::7f00:1"},
		{"192.168.0.1", "127.0.0.1"}, {"::ffff:127.0.0.1"},
	} {
		client := webhook.NewClient(outbound.NewClient(outbound.Options{
			Roots: r.roots(), Names: outboundtest.Names(addresses),
		}))
		_, err := client.Post(t.Context(), "https://example.com:"+port+"/", "", nil)
		if err == nil || err.Error() != "outbound: address is not public" {
			t.Errorf("%v: %v", addresses, err)
		}
	}
	for _, host := range []string{"127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "0.0.0.0", "2130706433", "0x7f000001", "127.1"} {
		client := webhook.NewClient(outbound.NewClient(outbound.Options{Roots: r.roots()}))
		if status, err := client.Post(t.Context(), "https://"+host+":"+port+"/", "", nil); err == nil {
			t.Errorf("%s: %d", host, status)
		}
	}
	if r.calls.Load() != 0 {
		t.Errorf("%d calls arrived", r.calls.Load())
	}
}

// A name that was public when somebody looked, and leads here when it is dialled, is refused: each
// connection is judged by the address that it goes to.
func TestPostSurvivesRebinding(t *testing.T) {
	t.Parallel()
	r := receive(t, ok)
	_, port, _ := net.SplitHostPort(r.Listener.Addr().String())
	names := outboundtest.Names([]string{"127.0.0.1"}, []string{"10.0.0.1"})
	options := outbound.Options{Loopback: true, Roots: r.roots(), Names: names}
	calls := outbound.NewClient(options)
	client := webhook.NewClient(calls)
	address := "https://example.com:" + port + "/"
	if status, err := client.Post(t.Context(), address, "", nil); err != nil || status != 200 {
		t.Fatalf("the allowed address: %d, %v", status, err)
	}
	calls.CloseIdleConnections()
	if _, err := client.Post(t.Context(), address, "", nil); err == nil || !strings.Contains(err.Error(), "not public") {
		t.Errorf("the other: %v", err)
	}
}

func TestPostTakesNoOtherURL(t *testing.T) {
	t.Parallel()
	r := receive(t, ok)
	plain := httptest.NewServer(http.HandlerFunc(ok))
	t.Cleanup(plain.Close)
	deployed := webhook.NewClient(outbound.NewClient(outbound.Options{Roots: r.roots()}))
	for _, address := range []string{
		"", "://", "https://", "https:///path", "/path", "http://example.com/", "ftp://example.com/", plain.URL,
		"https://user@example.com/", "https://user:secret@example.com/", "HTTPS:example.com", "http://localhost/",
	} {
		_, err := deployed.Post(t.Context(), address, "", nil)
		if err == nil || err.Error() != "outbound: not an https address" {
			t.Errorf("%q: %v", address, err)
		}
	}
	if status, err := r.local().Post(t.Context(), plain.URL, "", nil); err != nil || status != 200 {
		t.Errorf("locally: %d, %v", status, err)
	}
	if _, err := r.local().Post(t.Context(), "http://example.com/", "", nil); err == nil {
		t.Error("locally a foreign address goes without TLS")
	}
}

func TestPostFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	other := receive(t, ok)
	for _, status := range []int{301, 302, 303, 307, 308} {
		r := receive(t, func(w http.ResponseWriter, q *http.Request) { http.Redirect(w, q, other.URL, status) })
		if got, err := r.local().Post(t.Context(), r.URL, "Bearer token", []byte("{}")); err != nil || got != status {
			t.Errorf("%d: %d, %v", status, got, err)
		}
	}
	if other.calls.Load() != 0 {
		t.Error("a redirect was followed")
	}
}

// A huge answer is left, one that drips is left after five seconds, and one that never comes fails.
func TestPostWaitsFiveSeconds(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{})
	t.Cleanup(func() { close(ended) })
	wait := func(q *http.Request) {
		_, _ = io.Copy(io.Discard, q.Body)
		select {
		case <-ended:
		case <-q.Context().Done():
		}
	}
	var written atomic.Int64
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		status int
		slow   bool
	}{
		"huge": {func(w http.ResponseWriter, _ *http.Request) {
			for range 1 << 14 {
				n, err := w.Write(make([]byte, 1<<12))
				if written.Add(int64(n)); err != nil {
					return
				}
			}
		}, 200, false},
		"huge headers": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Long", strings.Repeat("x", 1<<20))
		}, 0, false},
		"dripping": {func(w http.ResponseWriter, q *http.Request) {
			w.WriteHeader(http.StatusOK)
			w.(http.Flusher).Flush()
			wait(q)
		}, 200, true},
		"silent": {func(_ http.ResponseWriter, q *http.Request) { wait(q) }, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, began := receive(t, test.answer), time.Now()
			status, err := r.local().Post(t.Context(), r.URL, "", []byte("{}"))
			took := time.Since(began)
			if status != test.status || (err != nil) != (test.status == 0) {
				t.Errorf("%d, %v", status, err)
			}
			if took > 8*time.Second || test.slow && took < 4*time.Second {
				t.Errorf("took %v", took)
			}
			if test.slow && err != nil && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("failed with %v", err)
			}
		})
	}
	t.Cleanup(func() {
		if written.Load() > 32<<20 {
			t.Errorf("%d bytes were read", written.Load())
		}
	})
}

// What fails is told without address, header or answer.
func TestPostErrorsTellNothing(t *testing.T) {
	t.Parallel()
	trusted := receive(t, ok)
	old := httptest.NewUnstartedServer(http.HandlerFunc(ok))
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS11}
	old.StartTLS()
	t.Cleanup(old.Close)
	plain := httptest.NewServer(http.HandlerFunc(ok))
	t.Cleanup(plain.Close)
	gone := httptest.NewServer(nil)
	gone.Close()
	client := webhook.NewClient(outbound.NewClient(outbound.Options{Loopback: true, Roots: x509.NewCertPool()}))
	for address, want := range map[string]string{
		trusted.URL: "outbound: certificate is not trusted",
		strings.Replace(plain.URL, "http:", "https:", 1): "outbound: no answer",
		gone.URL: "outbound: no answer",
		old.URL:  "outbound: no answer",
	} {
		u, _ := url.Parse(address)
		_, err := client.Post(t.Context(), address+"/canary?canary", "canary", []byte("canary"))
		if err == nil || err.Error() != want || strings.Contains(err.Error(), u.Port()) {
			t.Errorf("%s: %v, want %s", address, err, want)
		}
	}
}
