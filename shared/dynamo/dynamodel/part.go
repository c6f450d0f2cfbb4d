package dynamodel

import "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

// newPart reads one item of a transaction, which is one of four.
func (db *DB) newPart(it types.TransactWriteItem) (*write, error) {
	switch put, update, removal, check := it.Put, it.Update, it.Delete, it.ConditionCheck; it {
	case types.TransactWriteItem{}:
		return nil, invalid(
			"an item of a transaction has one of Put, Update, Delete and ConditionCheck",
		)
	case types.TransactWriteItem{Put: put}:
		return db.newPut(request{
			put.TableName, put.ExpressionAttributeNames, put.ExpressionAttributeValues,
			put.ConditionExpression, nil, put.ReturnValuesOnConditionCheckFailure,
		}, put.Item)
	case types.TransactWriteItem{Update: update}:
		r := request{
			update.TableName, update.ExpressionAttributeNames, update.ExpressionAttributeValues,
			update.ConditionExpression, update.UpdateExpression,
			update.ReturnValuesOnConditionCheckFailure,
		}
		return db.newChange(r, update.Key, r.updating(update.Key))
	case types.TransactWriteItem{Delete: removal}:
		return db.newChange(request{
			removal.TableName, removal.ExpressionAttributeNames, removal.ExpressionAttributeValues,
			removal.ConditionExpression, nil, removal.ReturnValuesOnConditionCheckFailure,
		}, removal.Key, deleting)
	case types.TransactWriteItem{ConditionCheck: check}:
		return db.newChange(request{
			check.TableName, check.ExpressionAttributeNames, check.ExpressionAttributeValues,
			check.ConditionExpression, nil, check.ReturnValuesOnConditionCheckFailure,
		}, check.Key, checking)
	default:
		return nil, invalid("an item of a transaction has no more than one of these")
	}
}
