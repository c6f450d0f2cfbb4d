package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/fault"
)

// replace puts an item in place of the one whose revision, an attribute, was read; 0 is that of no
// item and of one that has none. When another stands, replace returns it with a fault.Changed: that
// of this call, whose answer got lost, or somebody else's.
func replace(ctx context.Context, api API, operation, table string, it item, revision string,
	read int64) (stands item, err error) {
	in := &dynamodb.PutItemInput{
		TableName: &table, Item: it,
		ConditionExpression:                 aws.String("attribute_not_exists(" + revision + ")"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if read != 0 {
		in.ConditionExpression = aws.String(revision + " = :read")
		in.ExpressionAttributeValues = item{":read": integer(read)}
	}
	_, err = api.PutItem(ctx, in)
	if err == nil {
		return nil, nil
	}
	stands, refused := refusal(err)
	if !refused {
		return nil, failed(operation, err)
	}
	return stands, fault.New(fault.Changed)
}
