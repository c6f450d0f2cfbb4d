package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// create puts the item that the attempt writes, on the condition of in. When the condition does not
// hold, judge tells of what stands instead, unless it was this call that made it so.
func create(
	ctx context.Context, api API, operation string, a attempt, judge func(stands item) error,
	in *dynamodb.PutItemInput,
) error {
	in.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	_, err := api.PutItem(ctx, in)
	if err == nil {
		return nil
	}
	old, conditionFailed := refusal(err)
	switch {
	case !conditionFailed:
		return failed(operation, err)
	case a.wrote(old):
		return nil
	default:
		return judge(old)
	}
}

// refusing returns a judge that has the same failure for whatever stands.
func refusing(failure error) func(item) error { return func(item) error { return failure } }
