package server

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"

	"lineproof/local/assembly"
	"lineproof/shared/memory"
	"lineproof/shared/outbound"
	"lineproof/shared/urlencoded"
	"lineproof/shared/verification"
	"lineproof/shared/webhook"
)

// listedCallback is a callback as GET /local/callbacks shows it.
type listedCallback struct {
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`   // as it was sent: the signature is of these bytes
	Status  int               `json:"status"` // 0 where no answer came
	SentAt  time.Time         `json:"sent_at"`
	id      string
}

// mostCallbacks bounds what is kept: the oldest go.
const mostCallbacks = 10_000

// callbackLog carries callbacks out and keeps them. Those to this server itself go nowhere.
type callbackLog struct {
	own  string
	now  func() time.Time
	next http.RoundTripper

	mu   sync.Mutex
	sent []listedCallback
}

// around has the log carry what next would.
func (c *callbackLog) around(next http.RoundTripper) http.RoundTripper {
	c.next = next
	return c
}

// RoundTrip carries a callback out.
func (c *callbackLog) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	_ = r.Body.Close()
	listed := listedCallback{
		URL: r.URL.String(), Headers: map[string]string{}, Body: string(body), Status: 0,
		SentAt: c.now().UTC(), id: requestIDOf(body),
	}
	for name := range r.Header {
		if value := r.Header.Get(name); value != "" {
			listed.Headers[name] = value
		}
	}
	sent := r.Clone(r.Context())
	sent.Body = io.NopCloser(bytes.NewReader(body))
	answer, err := c.carry(sent)
	if err == nil {
		listed.Status = answer.StatusCode
	}
	c.keep(listed)
	return answer, err
}

func (c *callbackLog) carry(r *http.Request) (*http.Response, error) {
	if r.URL.String() != c.own {
		return c.next.RoundTrip(r)
	}
	return &http.Response{
		StatusCode: http.StatusNoContent, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
		Body: http.NoBody, Request: r,
	}, nil
}

func (c *callbackLog) keep(listed listedCallback) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.sent) == mostCallbacks {
		c.sent = append([]listedCallback(nil), c.sent[mostCallbacks/10:]...)
	}
	c.sent = append(c.sent, listed)
}

// of returns the callbacks of a request_id, in either spelling, or all without one; oldest first.
func (c *callbackLog) of(id string) []listedCallback {
	c.mu.Lock()
	defer c.mu.Unlock()
	found := []listedCallback{}
	for _, listed := range c.sent {
		if id == "" || listed.id == undashed(id) {
			found = append(found, listed)
		}
	}
	return found
}

// reset forgets all.
func (c *callbackLog) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent = nil
}

func requestIDOf(body []byte) string {
	var callback struct {
		RequestID string `json:"request_id"`
	}
	_ = json.Unmarshal(body, &callback) // it is ours
	return undashed(callback.RequestID)
}

// undashed returns a request_id as the Verify API's version 1 writes it, and what is none as it is.
func undashed(text string) string {
	if id, is := verification.ParseRequestID(text); is {
		return id
	}
	return text
}

// answered is how long the list waits for receivers that are being asked: one of them may be who
// asks for the list.
const answered = time.Second

// listCallbacks shows what was sent, once what is under way has arrived.
func (s *Server) listCallbacks(r *http.Request) (any, error) {
	s.outbox.Quiet(r.Context(), s.dispatcher.Deliver, answered)
	return s.sent.of(urlencoded.Parse(r.URL.RawQuery).Get("request_id")), nil
}

// takeCallback acknowledges whatever is sent here.
func takeCallback(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

// callbacks returns the queue of callbacks, which runs with that of messages.
func (s *Server) callbacks() webhook.Outbox {
	return memory.Beside[webhook.Job]{
		Outbox: s.outbox,
		ID:     func(m webhook.Job) string { return m.ID },
		Deliver: func(ctx context.Context, m webhook.Job, received int) error {
			return s.messenger.Deliver(ctx, m, received)
		},
	}
}

// newMessenger returns what sends callbacks.
func (s *Server) newMessenger(p assembly.Ports) webhook.Deliverer {
	return assembly.Callbacks(p, webhook.Outlets{
		Client: webhook.NewClient(
			outbound.NewClient(outbound.Options{Loopback: true, Around: s.sent.around}),
		), Bus: nil, Outbox: p.Callbacks,
		DeadLetters: nowhere{}, Wall: p.Wall,
	})
}

// nowhere takes jobs that failed for a day, of which the log tells.
type nowhere struct{}

// Put does nothing.
func (nowhere) Put(context.Context, webhook.Job, time.Duration) error { return nil }
