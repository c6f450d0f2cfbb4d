package queue_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"lineproof/shared/fault"
	"lineproof/shared/queue"
	"lineproof/shared/verification"
)

// service stands in for SQS: it keeps what it is asked, and answers with status.
type service struct {
	mu     sync.Mutex
	calls  []map[string]any
	status int
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var in map[string]any
	_ = json.NewDecoder(r.Body).Decode(&in)
	in["target"] = strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "AmazonSQS.")
	s.calls = append(s.calls, in)
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(s.status)
	_, _ = io.WriteString(w, `{}`)
}

func open(t *testing.T, status int) (*service, queue.API) {
	t.Helper()
	s := &service{status: status}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, queue.NewClient(aws.Config{
		Region: "eu-west-1", Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""), HTTPClient: server.Client(),
		BaseEndpoint: &server.URL,
	})
}

var message = verification.Job{ID: strings.Repeat("ab", 16), Key: 3, Event: 2, Due: time.UnixMilli(1_800_000_000_123).UTC()}

func TestPut(t *testing.T) {
	t.Parallel()
	for delay, seconds := range map[time.Duration]float64{
		-time.Second: 0, 0: 0, time.Millisecond: 1, 125 * time.Second: 125, 15 * time.Minute: 900, time.Hour: 900,
	} {
		s, api := open(t, http.StatusOK)
		if err := queue.NewOutbox(api, "https://sqs.test/1/pins", queue.Encode).Put(t.Context(), message, delay); err != nil {
			t.Fatal(err)
		}
		call := s.calls[0]
		got, err := queue.Decode(call["MessageBody"].(string))
		if sent, _ := call["DelaySeconds"].(float64); sent != seconds || err != nil || got != message {
			t.Errorf("delay %v: sent %v s, %+v, %v", delay, sent, got, err)
		}
	}
}

func TestPutFailsWithoutQuotingAnything(t *testing.T) {
	t.Parallel()
	_, api := open(t, http.StatusInternalServerError)
	err := queue.NewOutbox(api, "https://sqs.test/1/pins", queue.Encode).Put(t.Context(), message, 0)
	if fault.Of(err) != fault.Unavailable || strings.Contains(err.Error(), message.ID) || strings.Contains(err.Error(), "sqs.test") {
		t.Errorf("gave %v", err)
	}
}

func TestBatchReportsTheFailedAlone(t *testing.T) {
	t.Parallel()
	s, api := open(t, http.StatusOK)
	var records []queue.Record
	for i := range 10 {
		m := message
		m.Event = i + 1
		records = append(records, queue.Record{ID: string(rune('a' + i)), Receipt: "r", Body: queue.Encode(m), Received: 2})
	}
	records[7].Body = `{"id":"","event":1}`
	failed := queue.Batches[verification.Job]{
		API: api, URL: "https://sqs.test/1/pins", Decode: queue.Decode, Log: slog.New(slog.DiscardHandler),
		Deliver: func(_ context.Context, m verification.Job, received int) error {
			switch {
			case received != 2:
				t.Errorf("received %d", received)
			case m.Event == 2:
				return verification.RetryAfter{In: 2 * time.Second}
			case m.Event == 5:
				panic(m.ID)
			}
			return nil
		},
	}.Handle(t.Context(), records)
	if !reflect.DeepEqual(failed, []string{"b", "e", "h"}) {
		t.Errorf("reported %v", failed)
	}
	if len(s.calls) != 1 || s.calls[0]["target"] != "ChangeMessageVisibility" || s.calls[0]["VisibilityTimeout"] != 2.0 {
		t.Errorf("asked for %v", s.calls)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(queue.Encode(message))
	f.Add(`{"id":"x","event":17}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := queue.Decode(text)
		if err != nil {
			if !errors.Is(err, queue.ErrMalformed) || m != (verification.Job{}) {
				t.Errorf("gave %+v, %v", m, err)
			}
			return
		}
		if again, err := queue.Decode(queue.Encode(m)); err != nil || again.ID != m.ID && strings.ToValidUTF8(m.ID, "") == m.ID || again.Event != m.Event {
			t.Errorf("%+v became %+v, %v", m, again, err)
		}
	})
}
