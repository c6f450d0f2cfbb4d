package boot

import (
	"context"
	"errors"
	"fmt"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-xray-sdk-go/v2/header"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// A trace holds one subsegment for each invocation, named by the operation, with its HTTP status,
// and below it one for each call to AWS, with service, region, operation, request id and status. No
// URL, header, key or text of an error goes into it. X-Ray's SDK is used for all but its package
// xray, which links gRPC, protobuf and fasthttp: a third of a cold start.

// traceHeader is the key under which Lambda's runtime puts the trace header of an invocation into
// the context.
const traceHeader = "x-amzn-trace-id"

// subsegmentHeader is the HTTP header that tells an AWS service what its own segments belong to.
const subsegmentHeader = "X-Amzn-Trace-Id"

// begun is the key of the subsegment that the work of a context belongs to.
type begun struct{}

// untraced returns a context for calls outside of invocations, which belong to no trace.
func untraced(ctx context.Context) context.Context {
	//nolint:staticcheck // Lambda's runtime has a string as its key
	return context.WithValue(ctx, traceHeader, "")
}

// trace puts what do does into the trace, with the HTTP status that do returns; 0 is none.
func trace(ctx context.Context, name string, do func(context.Context) int) {
	ctx, s := begin(ctx, name)
	status := do(ctx)
	if status > 0 {
		s.answered(status)
	}
	s.close(nil)
}

// begin begins a subsegment of the invocation, or of the subsegment around it. It is nil in a trace
// that is not sampled.
func begin(ctx context.Context, name string) (context.Context, *subsegment) {
	var s *subsegment
	if around, ok := ctx.Value(begun{}).(*subsegment); ok {
		s = newSubsegment(name, around.TraceID, around.ID)
	} else {
		text, _ := ctx.Value(traceHeader).(string)
		h := header.FromString(text)
		if h.SamplingDecision != header.Sampled {
			return ctx, nil
		}
		s = newSubsegment(name, h.TraceID, h.ParentID)
	}
	return context.WithValue(ctx, begun{}, s), s
}

// traced returns the middleware that puts AWS calls into the trace.
func traced() []func(*middleware.Stack) error {
	return []func(*middleware.Stack) error{
		func(stack *middleware.Stack) error {
			return stack.Initialize.Add(
				middleware.InitializeMiddlewareFunc("TraceCall", traceCall), middleware.After,
			)
		},
		func(stack *middleware.Stack) error {
			return stack.Deserialize.Add(
				middleware.DeserializeMiddlewareFunc("TraceAttempt", traceAttempt),
				middleware.Before,
			)
		},
	}
}

// traceCall makes a subsegment of a call, however often it is tried.
func traceCall(
	ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
) (
	middleware.InitializeOutput, middleware.Metadata, error,
) {
	ctx, s := begin(ctx, awsmiddleware.GetServiceID(ctx))
	s.calls(awsmiddleware.GetRegion(ctx), awsmiddleware.GetOperationName(ctx))
	out, metadata, err := next.HandleInitialize(ctx, in)
	s.close(err)
	return out, metadata, err
}

// traceAttempt tells the service of the subsegment, and the subsegment of the answer.
func traceAttempt(
	ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler,
) (
	middleware.DeserializeOutput, middleware.Metadata, error,
) {
	s, sampled := ctx.Value(begun{}).(*subsegment)
	if request, ok := in.Request.(*smithyhttp.Request); ok && sampled {
		h := header.Header{TraceID: s.TraceID, ParentID: s.ID, SamplingDecision: header.Sampled}
		request.Header.Set(subsegmentHeader, h.String())
	}
	out, metadata, err := next.HandleDeserialize(ctx, in)
	if response, ok := out.RawResponse.(*smithyhttp.Response); ok && sampled {
		s.answered(response.StatusCode)
		s.HTTP.Response.ContentLength = max(0, response.ContentLength)
		if id, ok := awsmiddleware.GetRequestIDMetadata(metadata); ok {
			s.AWS["request_id"] = id
		}
	}
	return out, metadata, err
}

// code returns an error's code, or its Go type when AWS never answered. Its text may quote what was
// sent.
func code(err error) string {
	var answer interface{ ErrorCode() string }
	if errors.As(err, &answer) {
		return answer.ErrorCode()
	}
	return fmt.Sprintf("%T", err)
}
