package dynamo_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// transport is a function as http.RoundTripper.
type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// firstTry tells whether the request is the first that the client sends for a call.
func firstTry(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Amz-Sdk-Request"), "attempt=1;")
}

// firstFails sends the first try of every call through fault, and all others to DynamoDB Local.
func firstFails(fault transport) transport {
	return func(r *http.Request) (*http.Response, error) {
		if firstTry(r) {
			return fault(r)
		}
		return http.DefaultTransport.RoundTrip(r)
	}
}

// loseAnswer lets DynamoDB Local carry the request out and loses its answer on the way back.
func loseAnswer(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return nil, err
	}
	return nil, io.ErrUnexpectedEOF
}

// answer gives the transport that answers as DynamoDB with a status and an error code, whose
// message quotes what it was sent.
func answer(status int, code string) transport {
	return func(r *http.Request) (*http.Response, error) {
		sent, _ := io.ReadAll(r.Body)
		body := fmt.Appendf(nil, `{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":%q}`, code, sent)
		header := http.Header{"Content-Type": {"application/x-amz-json-1.0"}}
		return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(bytes.NewReader(body)), Request: r}, nil
	}
}

// patient gives a client of DynamoDB Local that retries as often as it has to, however many calls
// fail at once.
func patient(tb testing.TB, through transport) *dynamodb.Client {
	tb.Helper()
	return atOnceRetrying(local(tb, through))
}

// atOnceRetrying gives the client with such retries.
func atOnceRetrying(client *dynamodb.Client) *dynamodb.Client {
	return dynamodb.New(client.Options(), func(o *dynamodb.Options) {
		o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
			o.RateLimiter, o.Backoff = ratelimit.None, retry.BackoffDelayerFunc(atOnce)
		})
	})
}

// atOnce retries without a pause.
func atOnce(int, error) (time.Duration, error) { return 0, nil }
