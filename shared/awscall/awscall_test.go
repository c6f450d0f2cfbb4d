package awscall_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"lineproof/shared/awscall"
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
		if got := awscall.Cause(err); got.Error() != want {
			t.Errorf("%v is told as %v, want %s", err, got, want)
		}
	}
}

// dialing returns the client's own dialer and has it connect to nobody: what is sent is read, and
// never answered.
func dialing(client *awshttp.BuildableClient) (*net.Dialer, *awshttp.BuildableClient) {
	silent := client.WithTransportOptions(func(transport *http.Transport) {
		transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
			here, there := net.Pipe()
			go func() { _, _ = io.Copy(io.Discard, there) }()
			return here, nil
		}
	})
	return client.GetDialer(), silent
}

// A service that never answers is given up after the tries, each of its length.
func TestLimited(t *testing.T) {
	t.Parallel()
	for each, dial := range map[time.Duration]time.Duration{
		600 * time.Millisecond: 300 * time.Millisecond, time.Minute: time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			cfg := awscall.Limited(aws.Config{}, 2, each)
			if cfg.Retryer().MaxAttempts() != 2 {
				t.Errorf("%d tries", cfg.Retryer().MaxAttempts())
			}
			dialer, silent := dialing(cfg.HTTPClient.(*awshttp.BuildableClient))
			if dialer.Timeout != dial {
				t.Errorf("connecting may take %v, want %v", dialer.Timeout, dial)
			}
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://aws.example", nil)
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			var late net.Error // net/http words it in two ways
			if answer, err := silent.Do(r); !errors.As(err, &late) || !late.Timeout() {
				t.Errorf("a try ended with %v, %v", answer, err)
			}
			if took := time.Since(began); took != each {
				t.Errorf("a try took %v, want %v", took, each)
			}
		})
	}
	own := &http.Client{}
	if awscall.Limited(aws.Config{HTTPClient: own}, 1, time.Second).HTTPClient != own {
		t.Error("a client of the caller's own was replaced")
	}
}

// TestConnectionsStayOpen makes as many calls at once as a function does, twice over the same
// connections: each handshake would cost it more than the call.
func TestConnectionsStayOpen(t *testing.T) {
	t.Parallel()
	const calling = 32
	var opened atomic.Int64
	var arrived, done sync.WaitGroup
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		arrived.Done()
		arrived.Wait()
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	client := awscall.Limited(aws.Config{}, 1, 30*time.Second).HTTPClient
	for range 2 {
		arrived.Add(calling)
		for range calling {
			done.Go(func() {
				r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
				answer, err := client.Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, answer.Body)
				_ = answer.Body.Close()
			})
		}
		done.Wait()
	}
	if opened.Load() != calling {
		t.Errorf("%d connections were opened for %d calls at once", opened.Load(), calling)
	}
}
