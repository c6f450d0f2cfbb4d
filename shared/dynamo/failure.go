package dynamo

import (
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/awscall"
	"lineproof/shared/fault"
)

// failed gives the error of an operation, as "put grant", whose request failed with err.
func failed(operation string, err error) error {
	return fmt.Errorf("dynamo: %s: %w", operation, fault.Wrap(kind(err), awscall.Cause(err)))
}

// kind is Internal when DynamoDB answered that the request itself is wrong or forbidden, which no
// repetition mends.
func kind(err error) fault.Kind {
	var answer interface{ ErrorCode() string }
	if errors.As(err, &answer) && answer.ErrorCode() != conflict && !transient(err) {
		return fault.Internal
	}
	return fault.Unavailable
}

// transient tells whether the SDK counts the failure among those that pass.
func transient(err error) bool {
	var replicated *types.ReplicatedWriteConflictException
	return retry.IsErrorRetryables(retry.DefaultRetryables).
		IsErrorRetryable(err) ==
		aws.TrueTernary ||
		errors.As(err, &replicated)
}

// refusal gives the item that refused a conditional write, which is nil when there was none.
func refusal(err error) (it item, refused bool) {
	var failed *types.ConditionalCheckFailedException
	if !errors.As(err, &failed) {
		return nil, false
	}
	return failed.Item, true
}
