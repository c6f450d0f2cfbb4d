package api_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lineproof/shared/grant"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

// batch is how many tokens or codes a benchmark makes ahead, with the clock of the benchmark
// stopped.
const batch = 1024

// sink is a ResponseWriter that costs next to nothing.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(status int)      { s.status = status }
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }

// measure serves one request of each batch after another and fails when one is not answered with
// the status.
func measure(b *testing.B, h http.Handler, status int, prepare func() []call) {
	b.Helper()
	b.ReportAllocs()
	var ready []*http.Request
	for b.Loop() {
		if len(ready) == 0 {
			b.StopTimer()
			for _, c := range prepare() {
				ready = append(ready, c.request())
			}
			b.StartTimer()
		}
		w := &sink{header: http.Header{}}
		h.ServeHTTP(w, ready[0])
		if w.status != status {
			b.Fatalf("answered %d", w.status)
		}
		ready = ready[1:]
	}
}

func (c call) request() *http.Request {
	r := httptest.NewRequest(c.method, c.target, nil)
	r.Body = io.NopCloser(strings.NewReader(c.body))
	r.RemoteAddr = "192.0.2.1:40000"
	for name, values := range c.header {
		r.Header[http.CanonicalHeaderKey(name)] = values
	}
	return r
}

// times gives a batch of calls.
func times(make func() call) func() []call {
	return func() []call {
		calls := []call{}
		for range batch {
			calls = append(calls, make())
		}
		return calls
	}
}

// quietly gives a world that logs nowhere, as the floor's does.
func quietly(b *testing.B) *world {
	w := newWorld(b)
	w.handler = w.mount(slog.New(slog.DiscardHandler))
	return w
}

var benchWire = numberWires[2]

// BenchmarkEmptyEndpoint is the floor: routing, correlation and one answer, and nothing asked of
// anything.
func BenchmarkEmptyEndpoint(b *testing.B) {
	empty := func(*http.Request) (any, error) { return struct{}{}, nil }
	h := web.Mount(slog.New(slog.DiscardHandler), empty, wire.Routes(wire.Verify))
	measure(b, h, 200, times(func() call { return benchWire.verifyCall("Bearer x", goodBody) }))
}

func BenchmarkVerify(b *testing.B) {
	w := quietly(b)
	measure(b, w.handler, 200, times(func() call { return benchWire.verifyCall(bearer(w, benchWire.verifyScope), goodBody) }))
}

func BenchmarkVerifyReusable(b *testing.B) {
	w := quietly(b)
	raw := w.accessToken(benchWire.verifyScope, func(g *grant.Grant) { g.Policy = grant.KoneraPolicy; g.Expires = w.Now().Add(g.Policy.Lifetime) })
	measure(b, w.handler, 200, times(func() call { return benchWire.verifyCall("Bearer "+raw, goodBody) }))
}

func BenchmarkVerifyHash(b *testing.B) {
	w := quietly(b)
	body := `{"hashedPhoneNumber":"` + hashWithPlus + `"}`
	measure(b, w.handler, 200, times(func() call { return benchWire.verifyCall(bearer(w, benchWire.verifyScope), body) }))
}

func BenchmarkVerifyRefused(b *testing.B) {
	w := quietly(b)
	measure(b, w.handler, 401, times(func() call { return benchWire.verifyCall("Bearer x.y.z", goodBody) }))
}

func BenchmarkShare(b *testing.B) {
	w := quietly(b)
	measure(b, w.handler, 200, times(func() call { return benchWire.shareCall(bearer(w, benchWire.shareScope), "") }))
}

func BenchmarkAuthorize(b *testing.B) {
	w := quietly(b)
	w.attach("192.0.2.1")
	measure(b, w.handler, 302, times(func() call { return get(authorizePath + "?" + authorization("camara").Encode()) }))
}

// BenchmarkToken exchanges codes with a client secret: one write, an access token and an id_token
// signed.
func BenchmarkToken(b *testing.B) {
	w := quietly(b)
	w.attach("192.0.2.1")
	measure(b, w.handler, 200, times(func() call { return w.exchanged("basic") }))
}

// BenchmarkTokenPrivateKeyJWT verifies the client's assertion too.
func BenchmarkTokenPrivateKeyJWT(b *testing.B) {
	w := quietly(b)
	w.attach("192.0.2.1")
	measure(b, w.handler, 200, times(func() call { return w.exchanged("camara") }))
}

func BenchmarkDiscovery(b *testing.B) {
	w := quietly(b)
	measure(b, w.handler, 200, times(func() call { return get("/.well-known/openid-configuration") }))
}

func BenchmarkKeys(b *testing.B) {
	w := quietly(b)
	measure(b, w.handler, 200, times(func() call { return get("/oauth2/jwks") }))
}
