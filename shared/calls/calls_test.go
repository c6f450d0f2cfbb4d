package calls_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"lineproof/shared/calls"
)

// Nothing of what was sent is told, whatever the transport quotes.
func TestCause(t *testing.T) {
	t.Parallel()
	const canary = "canary"
	sent := func(err error) error { return &url.Error{Op: "Post", URL: "https://aws.example/?" + canary, Err: err} }
	for want, err := range map[string]error{
		"AccessDeniedException":     fmt.Errorf("a: %w", &smithy.GenericAPIError{Code: "AccessDeniedException", Message: canary}),
		"context deadline exceeded": sent(context.DeadlineExceeded),
		"context canceled":          sent(context.Canceled),
		"connection refused":        sent(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}),
		"no answer":                 sent(errors.New(canary)),
	} {
		if got := calls.Cause(err); got.Error() != want {
			t.Errorf("%v is told as %v, want %s", err, got, want)
		}
	}
}

// A service that never answers is given up after the tries, each of its length.
func TestLimited(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hang }))
	defer server.Close()
	defer close(hang)
	cfg := calls.Limited(aws.Config{}, 2, 20*time.Millisecond)
	if cfg.Retryer().MaxAttempts() != 2 {
		t.Errorf("%d tries", cfg.Retryer().MaxAttempts())
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	var late net.Error // net/http words it in two ways
	if answer, err := cfg.HTTPClient.Do(r); !errors.As(err, &late) || !late.Timeout() {
		t.Errorf("a try ended with %v, %v", answer, err)
	}
	own := &http.Client{}
	if calls.Limited(aws.Config{HTTPClient: own}, 1, time.Second).HTTPClient != own {
		t.Error("a client of the caller's own was replaced")
	}
}
