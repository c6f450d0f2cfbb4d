package boot

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// newLog gives a logger of JSON lines under the names that Lambda's own lines have: timestamp,
// level, message, requestId.
func newLog(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(
		logHandler{
			slog.NewJSONHandler(
				w, &slog.HandlerOptions{Level: level, ReplaceAttr: lambdacontext.ReplaceAttr},
			),
		},
	)
}

// logHandler adds to each line which invocation and which trace it belongs to.
type logHandler struct{ slog.Handler }

// Handle writes a line.
func (h logHandler) Handle(ctx context.Context, line slog.Record) error {
	if invoked, ok := lambdacontext.FromContext(ctx); ok {
		line.AddAttrs(slog.String("requestId", invoked.AwsRequestID))
	}
	if id := traceID(ctx); id != "" {
		line.AddAttrs(slog.String("traceId", id))
	}
	return h.Handler.Handle(ctx, line)
}

// WithAttrs gives a handler with attributes for every line.
func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup gives a handler whose further attributes stand in a group.
func (h logHandler) WithGroup(name string) slog.Handler {
	return logHandler{h.Handler.WithGroup(name)}
}

// traceID gives the X-Ray trace that the invocation belongs to, or "".
func traceID(ctx context.Context) string {
	header, _ := ctx.Value(traceHeader).(string)
	for part := range strings.SplitSeq(header, ";") {
		if id, ok := strings.CutPrefix(strings.TrimSpace(part), "Root="); ok {
			return id
		}
	}
	return ""
}

// failure is an invocation's failure as Lambda is told of it: a text of ours, because Lambda logs
// it and gives it to whoever invoked.
type failure string

// Error gives the text.
func (f failure) Error() string { return "boot: " + string(f) }

const (
	errPanic     failure = "panic"
	errEvent     failure = "not an event that this function serves"
	errNotServed failure = "unavailable"
)

// guarded makes a panic a failure. Lambda's runtime would write the panic's value, which may be
// anything, to the log and to the invoker; here only a runtime error's text is logged, and the
// stack, which holds no values.
func guarded(log *slog.Logger, invoke invocation) invocation {
	return func(ctx context.Context, payload []byte) (answer []byte, err error) {
		defer func() {
			if value := recover(); value != nil {
				log.ErrorContext(
					ctx, "panic", "error", describePanic(value), "stack", string(debug.Stack()),
				)
				answer, err = nil, errPanic
			}
		}()
		return invoke(ctx, payload)
	}
}

func describePanic(value any) string {
	if err, ok := value.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("%T", value)
}
