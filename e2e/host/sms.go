package host

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Message is one that the functions gave to End User Messaging.
type Message struct {
	// Voice tells that it is a call; Text is what is written or, in SSML, spoken.
	Voice    bool
	To, Text string
}

// provider stands in for End User Messaging, which moto does not have: it takes every message that
// it is not to refuse, and keeps it.
type provider struct {
	url    string
	server *http.Server

	mu      sync.Mutex
	sent    []Message
	refused map[string]*refusal // by number
}

// refusal is what text messages to a number are answered, and how many were.
type refusal struct {
	body  string
	count int
}

func newProvider() (*provider, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("host: listen: %w", err)
	}
	p := &provider{url: "http://" + listener.Addr().String(), refused: map[string]*refusal{}}
	p.server = &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = p.server.Serve(listener) }()
	return p, nil
}

// ServeHTTP takes a SendTextMessage or a SendVoiceMessage.
func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	var in struct{ DestinationPhoneNumber, MessageBody string }
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	if json.NewDecoder(r.Body).Decode(&in) != nil || in.DestinationPhoneNumber == "" {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"ValidationException"}`)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	voice := operation == "SendVoiceMessage"
	if r := p.refused[in.DestinationPhoneNumber]; r != nil && !voice {
		r.count++
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, r.body)
		return
	}
	p.sent = append(p.sent, Message{voice, in.DestinationPhoneNumber, in.MessageBody})
	id := len(p.sent)
	_, _ = fmt.Fprintf(w, `{"MessageId":"local-%d"}`, id)
}

// Refuse has End User Messaging answer text messages to a number with this failure from now on.
func (h *Host) Refuse(to, body string) {
	h.provider.mu.Lock()
	defer h.provider.mu.Unlock()
	h.provider.refused[to] = &refusal{body, 0}
}

// Refused returns how many text messages to a number were refused.
func (h *Host) Refused(to string) int {
	h.provider.mu.Lock()
	defer h.provider.mu.Unlock()
	if r := h.provider.refused[to]; r != nil {
		return r.count
	}
	return 0
}

// Messages gives what was sent to a number, oldest first.
func (h *Host) Messages(to string) []Message {
	h.provider.mu.Lock()
	defer h.provider.mu.Unlock()
	var found []Message
	for _, m := range h.provider.sent {
		if m.To == to {
			found = append(found, m)
		}
	}
	return found
}
