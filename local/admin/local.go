package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// invoker is what carries commands out: a deployment's function, or a local server.
type invoker interface {
	// invoke returns the answer to a command. It is asked once: a command that changes something is
	// not repeated without being told to.
	invoke(ctx context.Context, payload []byte) ([]byte, error)
}

// localServer is the base URL of a running local server, which takes the commands at a route of its
// own.
type localServer string

// parseLocalServer reads ADMIN_FUNCTION when it names a local server: a URL without a path.
func parseLocalServer(text string) (localServer, bool) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" ||
		strings.Trim(u.Path, "/") != "" || u.User != nil || u.RawQuery != "" {
		return "", false
	}
	return localServer(u.Scheme + "://" + u.Host), true
}

func (s localServer) invoke(ctx context.Context, payload []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(
		ctx, http.MethodPost, string(s)+"/local/admin", bytes.NewReader(payload))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("no local server answers: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s: is it the server of make run?", s, response.Status)
	}
	return io.ReadAll(io.LimitReader(response.Body, maxAnswer))
}
