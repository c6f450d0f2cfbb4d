package manager_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"lineproof/shared/secrets"
	"lineproof/shared/secrets/manager"
)

// service is a fake of Secrets Manager's JSON 1.1 protocol, as far as GetSecretValue goes.
type service struct {
	held map[string]string // by SecretId: SecretString, or "binary:…", or "error:…", or "hang:", or "cut:"
}

func (s service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue" || !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ") {
		http.Error(w, "not what the client should send", http.StatusTeapot)
		return
	}
	body, _ := io.ReadAll(r.Body)
	var in struct{ SecretId string }
	_ = json.Unmarshal(body, &in)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	held, ok := s.held[in.SecretId]
	kind, rest, _ := strings.Cut(held, ":")
	switch {
	case !ok:
		fail(w, "ResourceNotFoundException")
	case kind == "error":
		fail(w, rest)
	case kind == "hang":
		<-r.Context().Done()
	case kind == "cut":
		panic(http.ErrAbortHandler)
	case kind == "binary":
		_ = json.NewEncoder(w).Encode(map[string]any{"ARN": in.SecretId, "SecretBinary": []byte(rest)})
	default:
		_ = json.NewEncoder(w).Encode(map[string]any{"ARN": in.SecretId, "SecretString": held})
	}
}

func fail(w http.ResponseWriter, code string) {
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": code, "Message": "canary"})
}

// source gives a Manager whose client, the real one, talks to the service.
func source(t *testing.T, s service, arns map[secrets.Name]string) *manager.Manager {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	client := secretsmanager.New(secretsmanager.Options{
		Region:           "eu-central-1",
		BaseEndpoint:     aws.String(server.URL),
		Credentials:      credentials.NewStaticCredentialsProvider("AKID", "secret", ""),
		RetryMaxAttempts: 1,
	})
	return manager.New(client, arns)
}

var arns = map[secrets.Name]string{
	secrets.PINs: "arn:pins", secrets.CloudFrontSecret: "arn:origin", secrets.Signing: "arn:signing", secrets.Refresh: "arn:refresh",
	secrets.Gateway: "arn:gateway", secrets.PairwiseSalt: "arn:subjects",
}

func TestGet(t *testing.T) {
	t.Parallel()
	m := source(t, service{map[string]string{"arn:pins": `{"keys":[]}`, "arn:origin": "binary:bytes"}}, arns)
	for name, want := range map[secrets.Name]string{secrets.PINs: `{"keys":[]}`, secrets.CloudFrontSecret: "bytes"} {
		if got, err := m.Get(context.Background(), name); err != nil || string(got) != want {
			t.Errorf("%s is %q, %v", name, got, err)
		}
	}
}

func TestGetFails(t *testing.T) {
	t.Parallel()
	m := source(t, service{map[string]string{
		"arn:signing": "error:AccessDeniedException", "arn:refresh": "error:InternalServiceError", "arn:gateway": "hang:", "arn:subjects": "cut:",
	}}, arns)
	for name, c := range map[secrets.Name]struct {
		is   error
		text string
	}{
		secrets.PINs:         {secrets.ErrNotFound, "secrets: get pins: secrets: not found"},
		secrets.Verification: {secrets.ErrNotFound, "secrets: get verification: secrets: not found"}, // no ARN
		secrets.Signing:      {nil, "secrets: get signing: AccessDeniedException"},
		secrets.Refresh:      {nil, "secrets: get refresh: InternalServiceError"},
		secrets.Gateway:      {context.DeadlineExceeded, "secrets: get gateway: context deadline exceeded"},
		secrets.PairwiseSalt: {nil, "secrets: get subjects: no answer"},
	} {
		ctx := t.Context()
		if errors.Is(c.is, context.DeadlineExceeded) { // however soon it is over, nothing answers before
			limited, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
			defer cancel()
			ctx = limited
		}
		got, err := m.Get(ctx, name)
		if got != nil || err == nil || err.Error() != c.text || c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := m.Get(ctx, secrets.Gateway); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled call: %v", err)
	}
}

// The whole way: a rotation in the service reaches a running program, an outage does not.
func TestRotationReachesAProgram(t *testing.T) {
	t.Parallel()
	held := map[string]string{}
	m := source(t, service{held}, arns)
	first, _ := secrets.Generate(strings.NewReader(strings.Repeat("1", 36)))
	second, _ := secrets.Generate(strings.NewReader(strings.Repeat("2", 36)))
	second = append(second, first...)
	now := time.Unix(0, 0)
	v := secrets.Follow(m, secrets.PINs, secrets.Parse, time.Minute, func() time.Time { return now })
	for i, step := range []struct{ stored, active string }{
		{string(secrets.Marshal(first)), first.Active().ID},
		{string(secrets.Marshal(second)), second.Active().ID},
		{"error:InternalServiceError", second.Active().ID},
	} {
		held["arn:pins"] = step.stored
		r, err := v.Get(context.Background())
		if err != nil || r.Active().ID != step.active {
			t.Errorf("step %d: %v, %v", i, r, err)
		}
		now = now.Add(time.Minute)
	}
}
