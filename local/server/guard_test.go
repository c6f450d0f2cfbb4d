package server_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lineproof/local/server"
)

func TestForeignPagesAreRefused(t *testing.T) {
	t.Parallel()
	servers := map[bool]*server.Server{} // by whether others may reach them
	for _, remote := range []bool{false, true} {
		s, err := server.New(t.Context(), server.Config{
			Issuer: "http://127.0.0.1:8080", Stores: server.InMemory(), Remote: remote,
			Log: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
		servers[remote] = s
	}
	for _, test := range []struct {
		remote       bool
		host, origin string
		want         int
	}{
		{false, "127.0.0.1:8080", "", 200},
		{false, "localhost:9000", "", 200},
		{false, "[::1]:8080", "", 200},
		{false, "127.0.0.1:8080", "http://127.0.0.1:8080", 200},
		{false, "evil.example", "", 403},
		{false, "evil.example:8080", "http://evil.example:8080", 403},
		{false, "192.168.0.7:8080", "", 403},
		{false, "127.0.0.1.evil.example", "", 403},
		{false, "127.0.0.1:8080", "http://evil.example", 403},
		{false, "127.0.0.1:8080", "http://127.0.0.1:3000", 403},
		{false, "127.0.0.1:8080", "null", 403},
		{true, "lineproof:8080", "", 200},
		{true, "lineproof:8080", "http://lineproof:8080", 200},
		{true, "lineproof:8080", "http://evil.example", 403},
	} {
		s := servers[test.remote]
		for path, body := range map[string]string{"/local/sandbox": "", "/local/clock": `{"advance":"0s"}`, "/": ""} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			if body != "" {
				r = httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
				r.Header.Set("Content-Type", "text/plain")
			}
			r.Host = test.host
			if test.origin != "" {
				r.Header.Set("Origin", test.origin)
			}
			w := httptest.NewRecorder()
			if s.ServeHTTP(w, r); w.Code != test.want {
				t.Errorf("%s at %s from %q: %d, want %d", path, test.host, test.origin, w.Code, test.want)
			}
		}
	}
}
