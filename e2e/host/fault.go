package host

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Mishap is what befalls a call to the store.
type Mishap int

// The mishaps.
const (
	// None lets the call pass.
	None Mishap = iota
	// Away refuses the call: the service is unavailable.
	Away
	// Lost carries the call out and loses the answer.
	Lost
	// Slow lets the call pass after [Slowness].
	Slow
	// SlowlyAway refuses it after as long.
	SlowlyAway
)

// Slowness is how long a slow call takes: half of what the functions give one, so that it is not
// lost on a busy machine.
const Slowness = 500 * time.Millisecond

// store stands between a deployment's functions and its tables. It denies them what the template
// does not allow, and lets mishaps befall their calls.
type store struct {
	url    string
	proxy  *httputil.ReverseProxy
	server *http.Server
	denied func(r *http.Request, operation string, body []byte) []string // what a call lacks the right to

	mu    sync.Mutex
	fault func(operation, body string) Mishap
	calls map[string]int
}

func newStore(database string, denied func(r *http.Request, operation string, body []byte) []string) (*store, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	target, err := url.Parse(database)
	if err != nil {
		return nil, err
	}
	s := &store{url: "http://" + listener.Addr().String(), proxy: httputil.NewSingleHostReverseProxy(target), denied: denied, calls: map[string]int{}}
	s.proxy.Transport = &http.Transport{MaxIdleConnsPerHost: 64}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.server.Serve(listener) }()
	return s, nil
}

// ServeHTTP passes a call on, as far as its mishap lets it.
func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if denied := s.denied(r, operation, body); len(denied) > 0 {
		refuseCall(w, http.StatusBadRequest, "com.amazon.coral.service#AccessDeniedException", strings.Join(denied, ", "))
		return
	}
	mishap := s.befall(operation, string(body))
	if mishap == Slow || mishap == SlowlyAway {
		time.Sleep(Slowness)
	}
	switch mishap {
	case Away, SlowlyAway:
		refuseCall(w, http.StatusInternalServerError, "com.amazonaws.dynamodb.v20120810#InternalServerError", "")
	case Lost:
		s.proxy.ServeHTTP(discard{http.Header{}}, r)
		panic(http.ErrAbortHandler)
	default:
		s.proxy.ServeHTTP(w, r)
	}
}

// refuseCall answers as DynamoDB does what it does not carry out.
func refuseCall(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": kind, "Message": message}) // a function that has gone reads nothing
}

func (s *store) befall(operation, body string) Mishap {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[operation]++
	if s.fault == nil {
		return None
	}
	return s.fault(operation, body)
}

// discard is a http.ResponseWriter that nobody reads.
type discard struct{ header http.Header }

// Header takes what nobody reads.
func (d discard) Header() http.Header { return d.header }

// Write takes what nobody reads.
func (discard) Write(p []byte) (int, error) { return len(p), nil }

// WriteHeader takes what nobody reads.
func (discard) WriteHeader(int) {}

// Befall has fault decide what befalls each call of the functions to their tables, by its
// operation, as UpdateItem, and its body; nil lets all pass. It is asked one call at a time.
func (h *Host) Befall(fault func(operation, body string) Mishap) {
	h.store.mu.Lock()
	defer h.store.mu.Unlock()
	h.store.fault = fault
}

// StoreCalls gives how often the functions have called an operation of their tables.
func (h *Host) StoreCalls(operation string) int {
	h.store.mu.Lock()
	defer h.store.mu.Unlock()
	return h.store.calls[operation]
}
