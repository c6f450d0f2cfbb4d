package boot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// invoked gives the context of an invocation, as Lambda's runtime makes it.
func invoked(ctx context.Context) context.Context {
	ctx = lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{AwsRequestID: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"})
	return context.WithValue(ctx, traceHeader, "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0") //nolint:staticcheck // their key
}

func lineOf(t *testing.T, b *bytes.Buffer) map[string]any {
	t.Helper()
	var line map[string]any
	if err := json.Unmarshal(b.Bytes(), &line); err != nil {
		t.Fatalf("%v in %q", err, b.String())
	}
	b.Reset()
	return line
}

func TestLogLines(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	log := newLog(&b, slog.LevelInfo)
	log.With("operation", "verify").InfoContext(invoked(t.Context()), "request")
	line := lineOf(t, &b)
	for name, want := range map[string]string{
		"level": "INFO", "message": "request", "operation": "verify",
		"requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef", "traceId": "1-5bef4de7-ad49b0e87f6ef6c87fc2e700",
	} {
		if line[name] != want {
			t.Errorf("%s is %v, want %s", name, line[name], want)
		}
	}
	stamp, _ := line["timestamp"].(string)
	if _, err := time.Parse(time.RFC3339Nano, stamp); err != nil {
		t.Errorf("timestamp %q: %v", stamp, err)
	}
	log.Debug("unseen")
	log.WithGroup("group").Info("start", "a", 1)
	if line := lineOf(t, &b); line["requestId"] != nil || line["traceId"] != nil || line["message"] != "start" {
		t.Errorf("outside of invocations a line is %v", line)
	}
}

func TestPanicsKeepTheirValues(t *testing.T) {
	t.Parallel()
	const canary = "canary33612345678"
	for name, value := range map[string]any{"text": canary, "error": errors.New(canary), "struct": struct{ pin string }{canary}} {
		var b bytes.Buffer
		_, err := guarded(newLog(&b, slog.LevelInfo), func(context.Context, []byte) ([]byte, error) { panic(value) })(invoked(t.Context()), nil)
		if !errors.Is(err, errPanic) || strings.Contains(err.Error()+b.String(), canary) {
			t.Errorf("%s: error %v, logged %s", name, err, b.String())
		}
		if line := lineOf(t, &b); line["requestId"] == nil || !strings.Contains(line["stack"].(string), "log_test.go") {
			t.Errorf("%s: logged %v", name, line)
		}
	}
}

func TestRuntimeErrorsAreLogged(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	_, _ = guarded(newLog(&b, slog.LevelInfo), func(_ context.Context, payload []byte) ([]byte, error) { return payload[:7], nil })(t.Context(), nil)
	if line := lineOf(t, &b); !strings.Contains(line["error"].(string), "slice bounds out of range") {
		t.Errorf("logged %v", line)
	}
}
