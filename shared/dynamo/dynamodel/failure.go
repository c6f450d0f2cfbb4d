package dynamodel

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// ErrDied is what a [Process] that died gets of its calls, whoever still waits for them.
var ErrDied = errors.New("dynamodel: the process has died")

// invalid is DynamoDB's answer to a request that makes no sense.
func invalid(format string, args ...any) error {
	return &smithy.GenericAPIError{
		Code:    "ValidationException",
		Message: fmt.Sprintf(format, args...),
		Fault:   smithy.FaultClient,
	}
}

// isInvalid returns the message of a ValidationException.
func isInvalid(err error) (message string, is bool) {
	var answer smithy.APIError
	if !errors.As(err, &answer) || answer.ErrorCode() != "ValidationException" {
		return "", false
	}
	return answer.ErrorMessage(), true
}

func throttled() error {
	return &types.ThrottlingException{
		Message: message("Throughput exceeds the current capacity of your table or index"),
	}
}

// unavailable is the answer of a service that fails, with the status by which the SDK tries again.
func unavailable() error {
	const status = http.StatusInternalServerError
	return &awshttp.ResponseError{ResponseError: &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}},
		Err:      &types.InternalServerError{Message: message("Internal server error")},
	}}
}

// unanswered is what a client sees of a connection that breaks.
func unanswered() error { return &smithyhttp.RequestSendError{Err: io.ErrUnexpectedEOF} }

func message(text string) *string { return &text }
