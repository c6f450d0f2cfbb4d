package dynamo

import (
	"context"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// decision is a conditional write on one item.
type decision struct {
	operation string // for errors, as "redeem grant"
	condition string
	changes   string // the assignments of a SET
	values    item   // of the placeholders in both
	remembers bool   // the item remembers all of its writes: others may write between two tries
}

// decide makes the decision about the item of that key by one conditional write. It gives the item
// as it then stands, nil when there is none, and whether the condition refused; a write whose
// answer was lost did not.
func (d decision) decide(
	ctx context.Context, api API, random io.Reader, table string, key item,
) (it item, refused bool, err error) {
	a, err := newAttempt(random)
	if err != nil {
		return nil, false, err
	}
	return d.try(ctx, api, a, table, key)
}

// try makes the decision as that attempt.
func (d decision) try(ctx context.Context, api API, a attempt, table string,
	key item) (it item, refused bool, err error) {
	out, err := api.UpdateItem(ctx, d.update(table, key, a))
	if err == nil {
		return out.Attributes, false, nil
	}
	old, refused := refusal(err)
	if !refused {
		return nil, false, failed(d.operation, err)
	}
	return old, !a.wrote(old), nil
}

// update gives the request that makes the decision. It returns the item as it stands after success,
// and after refusal.
func (d decision) update(table string, key item, a attempt) *dynamodb.UpdateItemInput {
	d.values[":attempt"] = binary(a)
	changes := "SET " + d.changes + ", " + attemptID + " = :attempt"
	if d.remembers {
		d.condition += " AND NOT contains(" + pinWrites + ", :attempt)"
		changes, d.values[":writes"] = "SET "+d.changes+" ADD "+pinWrites+" :writes", a.set()
	}
	return &dynamodb.UpdateItemInput{
		TableName:                           &table,
		Key:                                 key,
		ConditionExpression:                 &d.condition,
		UpdateExpression:                    &changes,
		ExpressionAttributeValues:           d.values,
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
}
