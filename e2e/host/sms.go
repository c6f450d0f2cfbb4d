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

// provider stands in for End User Messaging, which moto does not have: it takes every message and
// keeps it.
type provider struct {
	url    string
	server *http.Server

	mu   sync.Mutex
	sent []Message
}

func newProvider() (*provider, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("host: listen: %w", err)
	}
	p := &provider{url: "http://" + listener.Addr().String()}
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
	p.sent = append(p.sent, Message{operation == "SendVoiceMessage", in.DestinationPhoneNumber, in.MessageBody})
	id := len(p.sent)
	p.mu.Unlock()
	_, _ = fmt.Fprintf(w, `{"MessageId":"local-%d"}`, id)
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
