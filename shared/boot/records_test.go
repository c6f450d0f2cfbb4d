package boot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"lineproof/shared/fault"
	"lineproof/shared/network"
)

// registry records sessions until it is away.
type registry struct {
	mu       sync.Mutex
	sessions []network.Session
	away     bool
}

func (r *registry) PutSession(_ context.Context, s network.Session) error {
	if r.away {
		return fault.New(fault.Unavailable)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sessions = append(r.sessions, s)
	return nil
}

func takingInto(r *registry, logged io.Writer) invocation {
	w := assemble(from(nil), func(*Env) Ingest {
		return func(ctx context.Context, records []json.RawMessage) []network.Failure {
			return network.Ingest(ctx, r, network.MaxSession, records)
		}
	})
	return intake{slog.New(slog.NewJSONHandler(logged, nil)), "session-ingest", w}.invoke
}

const (
	goodRecord = `{"address": "198.51.100.7", "number": "+33612345678", "start": "2026-01-01T00:00:00Z", "end": "2026-01-01T01:00:00Z"}`
	badRecord  = `{"address": "198.51.100.7", "number": "canary33612345678", "start": "2026-01-01T00:00:00Z", "end": "2026-01-01T01:00:00Z"}`
)

func sqs(bodies ...string) string {
	var messages []string
	for i, body := range bodies {
		text, _ := json.Marshal(body)
		messages = append(messages, fmt.Sprintf(`{"messageId": "m%d", "eventSource": "aws:sqs", "body": %s}`, i, text))
	}
	return `{"Records": [` + strings.Join(messages, ",") + `]}`
}

func TestRecords(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		payload, answer string
		written         int
	}{
		"from SQS, all good":        {sqs(goodRecord, goodRecord), `{"batchItemFailures":[]}`, 2},
		"from SQS, three of ten":    {sqs(goodRecord, "no JSON", goodRecord, badRecord, goodRecord, "{}", goodRecord, goodRecord, goodRecord, goodRecord), `{"batchItemFailures":[{"itemIdentifier":"m1"},{"itemIdentifier":"m3"},{"itemIdentifier":"m5"}]}`, 7},
		"from SQS, none":            {`{"Records": []}`, `{"batchItemFailures":[]}`, 0},
		"directly, all good":        {`{"records": [` + goodRecord + `]}`, `{"failures":[]}`, 1},
		"directly, none":            {`{"records": []}`, `{"failures":[]}`, 0},
		"directly, two of three":    {`{"records": [7,` + goodRecord + `,` + badRecord + `]}`, `{"failures":[{"index":0,"kind":"invalid body"},{"index":2,"kind":"invalid field","param":"number"}]}`, 1},
		"directly, a missing field": {`{"records": [{}]}`, `{"failures":[{"index":0,"kind":"missing field","param":"address"}]}`, 0},
	} {
		var logged bytes.Buffer
		r := &registry{}
		answer, err := takingInto(r, &logged)(t.Context(), []byte(tt.payload))
		if err != nil || string(answer) != tt.answer || len(r.sessions) != tt.written {
			t.Errorf("%s: %s, error %v, %d written", name, answer, err, len(r.sessions))
		}
		if strings.Contains(logged.String(), "336123") || strings.Contains(logged.String(), "198.51") {
			t.Errorf("%s: logged %s", name, logged.String())
		}
	}
}

func TestRegistryAwayFailsEachRecord(t *testing.T) {
	t.Parallel()
	answer, err := takingInto(&registry{away: true}, io.Discard)(t.Context(), []byte(sqs(goodRecord, goodRecord)))
	if want := `{"batchItemFailures":[{"itemIdentifier":"m0"},{"itemIdentifier":"m1"}]}`; err != nil || string(answer) != want {
		t.Errorf("%s, error %v", answer, err)
	}
}

func TestNoBatchIsAFailureWithoutItsText(t *testing.T) {
	t.Parallel()
	for _, payload := range []string{"", "null", "[]", "{}", `{"records": null}`, `{"records": 33612345678}`, `{"Records": [7]}`, `{"Records": [], "records": []}`} {
		if _, err := takingInto(&registry{}, io.Discard)(t.Context(), []byte(payload)); !errors.Is(err, errEvent) {
			t.Errorf("%q: error %v", payload, err)
		}
	}
}

func FuzzRecords(f *testing.F) {
	f.Add(sqs(goodRecord, badRecord))
	f.Add(`{"records": [` + goodRecord + `]}`)
	f.Fuzz(func(t *testing.T, payload string) {
		answer, err := takingInto(&registry{}, io.Discard)(t.Context(), []byte(payload))
		if (err == nil) != json.Valid(answer) {
			t.Errorf("%q, error %v", answer, err)
		}
	})
}
