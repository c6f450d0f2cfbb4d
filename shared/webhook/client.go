package webhook

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"lineproof/shared/outbound"
)

const (
	callTimeout = 5 * time.Second
	// maxAnswer is how much is read of an answer's body, in bytes.
	maxAnswer = 16 << 10
)

// Client is a Poster, which speaks to addresses that package outbound lets it.
type Client struct{ http *http.Client }

// NewClient returns one over a client of outbound.NewClient.
func NewClient(c *http.Client) *Client { return &Client{c} }

// Post sends a callback, as Poster says. It takes five seconds at most.
func (c *Client) Post(
	ctx context.Context, address, authorization string, body []byte,
) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	request, err := request(ctx, address, authorization, body)
	if err != nil {
		return 0, err
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return 0, outbound.Cause(err)
	}
	defer func() { _ = answer.Body.Close() }() // nobody needs the rest
	// what is read lets the connection be used again
	_, _ = io.CopyN(io.Discard, answer.Body, maxAnswer)
	return answer.StatusCode, nil
}

func request(
	ctx context.Context, address, authorization string, body []byte,
) (*http.Request, error) {
	u, err := outbound.Address(address)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(
		ctx, http.MethodPost, u.String(), bytes.NewReader(body),
	)
	if err != nil {
		return nil, outbound.ErrAddress
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Lineproof")
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	// It is not sent, and lets the call be repeated when a connection that waited proves dead.
	r.Header["Idempotency-Key"] = nil
	return r, nil
}
