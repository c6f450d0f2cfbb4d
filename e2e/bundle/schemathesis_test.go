package bundle

import (
	"context"
	"encoding/base64"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"

	"lineproof/local/server"
)

// Schemathesis makes up requests from each document, good and bad ones, and finds no answer that
// the document does not tell of: no other status, content type or body, and no failure of the
// server.
func TestServedAsDocumented(t *testing.T) {
	t.Parallel()
	s := sandboxServer(t)
	listening := httptest.NewServer(s)
	t.Cleanup(listening.Close)
	bearer := "Bearer " + reusableToken(t, s)
	for file := range documents(t) {
		authorization, key := bearer, ""
		switch file {
		case "mxlabs.yaml":
			key = "ace00001:sandbox-standard"
		case "otp-1.yaml", "otp-2.yaml":
			authorization = "Bearer " + ownToken(t, s)
		case "nexmo.yaml", "fallback.yaml", "verify2.yaml":
			authorization = basic("ace00001", "sandbox-standard")
		case "verify2-templates.yaml":
			authorization = basic("ace00002", "sandbox-unlimited")
		case "oauth.yaml":
			authorization = basic("sandbox-camara-2-basic", "sandbox-camara-2-basic-secret")
		}
		mustRun(t, tool(t, "schemathesis/bin/schemathesis", "run", filepath.Join("infra", "openapi", file), "--url", listening.URL,
			"--header", "Authorization: "+authorization, "--header", "X-API-Key: "+key, "--phases", "examples,fuzzing", "--max-examples", "20", "--seed", "1", "--no-color",
			"--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"))
	}
}

// sandboxServer returns a local server that keeps everything in memory.
func sandboxServer(t *testing.T) *server.Server {
	t.Helper()
	s, err := server.New(context.Background(), server.Config{
		Issuer: "http://127.0.0.1:8080", Stores: server.InMemory(),
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// reusableToken gives an access token that opens verify and is not for a single use.
func reusableToken(t *testing.T, s *server.Server) string {
	t.Helper()
	return sampledToken(t, s, "authorize/konera", "token/konera")
}

// ownToken returns an access token of a client in its own name.
func ownToken(t *testing.T, s *server.Server) string {
	t.Helper()
	return sampledToken(t, s, "token/client-credentials")
}

// sampledToken returns the access token to which these samples lead.
func sampledToken(t *testing.T, s *server.Server, samples ...string) string {
	t.Helper()
	adapter, held := httpadapter.NewV2(s), map[string]string{}
	for _, name := range samples {
		answer, err := adapter.ProxyWithContext(context.Background(), fill(t, sampleEvent(t, name), held))
		if err != nil {
			t.Fatal(err)
		}
		remember(held, answer)
	}
	if strings.Count(held["TOKEN"], ".") != 2 {
		t.Fatalf("no token but %q", held["TOKEN"])
	}
	return held["TOKEN"]
}
