package bus_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"lineproof/shared/fault"
	"lineproof/shared/webhook"
	"lineproof/shared/webhook/bus"
)

var _ webhook.Bus = bus.Bus{}

const detail = `{"request_id":"c11236f4-00bf-4b89-84ba-88b25df97315","type":"summary"}`

// publish puts an event on a bus whose service answers so, and returns what that was asked.
func publish(t *testing.T, status int, answer string) (asked map[string]any, err error) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if target := r.Header.Get("X-Amz-Target"); target != "AWSEvents.PutEvents" {
			t.Errorf("called %s", target)
		}
		_ = json.NewDecoder(r.Body).Decode(&asked)
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	api := bus.NewClient(aws.Config{
		Region: "eu-west-1", Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		HTTPClient: server.Client(), BaseEndpoint: &server.URL,
	})
	return asked, bus.Bus{API: api, Name: "verifications"}.Publish(t.Context(), "verify.summary", []byte(detail))
}

func TestPublish(t *testing.T) {
	t.Parallel()
	asked, err := publish(t, http.StatusOK, `{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := json.Marshal(asked)
	want := `{"Entries":[{"Detail":` + string(mustQuote(detail)) +
		`,"DetailType":"verify.summary","EventBusName":"verifications","Source":"lineproof"}]}`
	if string(got) != want {
		t.Errorf("asked for %s, want %s", got, want)
	}
}

func mustQuote(text string) []byte {
	quoted, _ := json.Marshal(text)
	return quoted
}

// A refusal within a 200 is one, and no failure quotes what was to be told.
func TestPublishFails(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status       int
		answer, want string
	}{
		{200, `{"FailedEntryCount":1,"Entries":[{"ErrorCode":"InternalFailure","ErrorMessage":"canary"}]}`, "InternalFailure"},
		{200, `{"FailedEntryCount":1,"Entries":[]}`, "not taken"},
		{400, `{"__type":"ResourceNotFoundException","message":"canary"}`, "ResourceNotFoundException"},
		{500, `{"__type":"InternalException","message":"canary"}`, "InternalException"},
	} {
		_, err := publish(t, test.status, test.answer)
		if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), test.want) ||
			strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "c11236f4") {
			t.Errorf("%s gave %v", test.answer, err)
		}
	}
}
