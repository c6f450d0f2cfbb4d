package clients_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// proxy is an HTTPS proxy that answers for given hosts itself and passes their requests on to the
// local server. A client whose hosts are wired in so reaches it without a change: only its proxy
// and its root certificate are set.
type proxy struct {
	url    string
	roots  string // a PEM file
	hosts  []string
	config *tls.Config
	target *httputil.ReverseProxy

	mu   sync.Mutex
	lost map[string]bool // bodies whose answer got lost
}

// startProxy runs a proxy for the hosts until the test ends.
func startProxy(t *testing.T, base string, hosts ...string) *proxy {
	t.Helper()
	target, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	certificate := selfSigned(t, hosts)
	p := &proxy{
		hosts:  hosts,
		lost:   map[string]bool{},
		roots:  rootsFile(t, certificate),
		config: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
		target: &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }},
	}
	listener := httptest.NewServer(p)
	t.Cleanup(listener.Close)
	p.url = listener.URL
	return p
}

// environment makes clients of requests, urllib3 and curl use the proxy, whatever proxy the machine
// has otherwise.
func (p *proxy) environment() []string {
	return []string{
		"HTTPS_PROXY=" + p.url, "https_proxy=" + p.url, "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1",
		"REQUESTS_CA_BUNDLE=" + p.roots,
	}
}

// ServeHTTP answers CONNECT for the proxy's hosts, and nothing else: no test reaches beyond this
// machine.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect || !slices.Contains(p.hosts, r.URL.Hostname()) {
		http.Error(w, "this proxy leads nowhere but to "+p.hosts[0], http.StatusForbidden)
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if _, err := conn.Write([]byte("HTTP/1.1 200 Connection established\r\n\r\n")); err != nil {
		_ = conn.Close()
		return
	}
	p.serve(tls.Server(conn, p.config))
}

// serve answers the requests of one connection.
func (p *proxy) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	requests := bufio.NewReader(conn)
	for {
		request, err := http.ReadRequest(requests)
		if err != nil {
			return
		}
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return
		}
		request.Body = io.NopCloser(bytes.NewReader(body))
		recorded := httptest.NewRecorder()
		p.target.ServeHTTP(recorded, request.WithContext(context.Background()))
		if p.loses(string(body)) {
			return
		}
		response := recorded.Result()
		response.Request = request
		response.ContentLength = int64(recorded.Body.Len())
		if err := response.Write(conn); err != nil {
			return
		}
	}
}

// loses tells whether the answer to a body gets lost, with its connection: the first of each that
// asks for that.
func (p *proxy) loses(body string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	loses := strings.Contains(body, "lose-the-answer") && !p.lost[body]
	if loses {
		p.lost[body] = true
	}
	return loses
}

// selfSigned makes a certificate for the hosts that is its own root and lives for an hour.
func selfSigned(t *testing.T, hosts []string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "stand-in for " + hosts[0]},
		DNSNames:              hosts,
		NotBefore:             time.Now().Add(-time.Minute),
		NotAfter:              time.Now().Add(time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func rootsFile(t *testing.T, certificate tls.Certificate) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "roots.pem")
	block := &pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]}
	if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
