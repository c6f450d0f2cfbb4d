package boot

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-xray-sdk-go/v2/instrumentation/awsv2"
	"github.com/aws/aws-xray-sdk-go/v2/strategy/ctxmissing"
	"github.com/aws/aws-xray-sdk-go/v2/strategy/exception"
	"github.com/aws/aws-xray-sdk-go/v2/xray"
	"github.com/aws/aws-xray-sdk-go/v2/xraylog"
	"github.com/aws/smithy-go/middleware"
)

// A trace holds one subsegment for each invocation, named by the operation, with its HTTP status, and below it one for each call to
// AWS, with service, region, operation, request id and status. No URL, header, key or text of an error goes into it.

// quietTraces keeps what X-Ray has to say about itself out of the log, and the texts of errors out of traces.
func quietTraces() {
	xray.SetLogger(xraylog.NullLogger)
	_ = xray.Configure(xray.Config{ // fails for a bad daemon address alone, and none is given
		ExceptionFormattingStrategy: codes{},
		ContextMissingStrategy:      ctxmissing.NewDefaultIgnoreErrorStrategy(),
	})
}

// traced gives the middleware that puts AWS calls into the trace.
func traced() []func(*middleware.Stack) error {
	var options []func(*middleware.Stack) error
	awsv2.AWSV2Instrumentor(&options)
	return options
}

// untraced gives a context for calls outside of invocations, which belong to no trace.
func untraced(ctx context.Context) context.Context {
	return context.WithValue(ctx, xray.LambdaTraceHeaderKey, "") //nolint:staticcheck // Lambda and X-Ray share a string as their key
}

// trace puts what do does into the trace, with the HTTP status that do gives; 0 is none.
func trace(ctx context.Context, name string, do func(context.Context) int) {
	ctx, segment := xray.BeginSubsegment(ctx, name)
	status := do(ctx)
	if segment == nil {
		return
	}
	if status > 0 {
		xray.HttpCaptureResponse(segment, status)
	}
	segment.Close(nil)
}

// codes is an exception.FormattingStrategy that tells of an error nothing but the code that AWS gave it: its text may quote what
// was sent.
type codes struct{}

// ExceptionFromError gives the code of an error.
func (codes) ExceptionFromError(err error) exception.Exception {
	return exception.Exception{ID: xray.NewSegmentID(), Type: code(err), Remote: true}
}

// Error gives an error without the message.
func (codes) Error(string) *exception.XRayError { return &exception.XRayError{Type: "error"} }

// Errorf gives an error without the message.
func (c codes) Errorf(string, ...any) *exception.XRayError { return c.Error("") }

// Panic gives a panic without its value.
func (codes) Panic(string) *exception.XRayError { return &exception.XRayError{Type: "panic"} }

// Panicf gives a panic without its value.
func (c codes) Panicf(string, ...any) *exception.XRayError { return c.Panic("") }

// code gives an error's code, or its Go type when AWS never answered.
func code(err error) string {
	var answer interface{ ErrorCode() string }
	if errors.As(err, &answer) {
		return answer.ErrorCode()
	}
	return fmt.Sprintf("%T", err)
}
