package server_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lineproof/local/server"
)

// asking returns what a server answers to a call and, without its time, the line that it logs.
type asking func(method, target string) (*httptest.ResponseRecorder, string)

// serve makes a server at an issuer.
func serve(t *testing.T, issuer string) asking {
	t.Helper()
	var log bytes.Buffer
	s, err := server.New(t.Context(), server.Config{
		Issuer: issuer, Stores: server.InMemory(), Log: slog.New(slog.NewTextHandler(&log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return func(method, target string) (*httptest.ResponseRecorder, string) {
		log.Reset()
		r, w := httptest.NewRequest(method, target, nil), httptest.NewRecorder()
		r.Host = "127.0.0.1:8080"
		s.ServeHTTP(w, r)
		_, line, _ := strings.Cut(log.String(), "level=")
		return w, line
	}
}

// Local routes leave the lines of all others, with nothing of what a caller wrote.
func TestLocalLines(t *testing.T) {
	t.Parallel()
	ask := serve(t, "http://127.0.0.1:8080")
	for asked, want := range map[string]string{
		"GET /": "method=GET path=/ status=200",
		"GET /local/messages?number=%2B4915112345": "method=GET path=/local/messages status=200",
		"GET /local/messages?number=nobody":        `status=400 outcome="invalid param"`,
		"GET /local/clock":                         "method=GET path=/local/clock status=405",
		"GET /local/docs/swagger-ui.css":           "path=/local/docs/ status=200",
		"GET /local/openapi/nexmo.yaml":            "path=/local/openapi/{file} status=200",
		"GET /local/openapi/4915112345":            "path=/local/openapi/{file} status=404",
		"GET /local/4915112345":                    "path=/*/* status=404",
		"CANARY /local/sandbox":                    "method=other path=/local/sandbox status=405",
	} {
		method, target, _ := strings.Cut(asked, " ")
		_, line := ask(method, target)
		if !strings.Contains(line, want) || strings.Contains(line, "4915112345") {
			t.Errorf("%s leaves %s, want %s", asked, line, want)
		}
	}
}

// The documents' examples name the server that serves them, and its callback shows what came back.
func TestDocumentsNameTheirServer(t *testing.T) {
	t.Parallel()
	ask := serve(t, "http://127.0.0.1:9000")
	w, _ := ask(http.MethodGet, "/local/openapi/oauth.yaml")
	text, own := w.Body.String(), `"http://127.0.0.1:9000/local/callback"`
	if !strings.Contains(text, own) || strings.Contains(text, ":8080") {
		t.Error("the document names another server")
	}
	w, _ = ask(http.MethodGet, "/local/callback?code=a%20b&state=x")
	if got := strings.TrimSpace(w.Body.String()); got != `{"code":"a b","state":"x"}` {
		t.Errorf("the callback shows %s", got)
	}
}
