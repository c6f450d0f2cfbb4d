package dynamodel

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/dynamo"
)

var (
	_ dynamo.TransactAPI = (*Process)(nil)
	_ dynamo.ScanAPI     = (*Process)(nil)
)

// PutItem puts an item.
func (p *Process) PutItem(ctx context.Context, in *dynamodb.PutItemInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return call(ctx, p, "PutItem", in, p.db.putItem)
}

// UpdateItem updates an item, or makes one.
func (p *Process) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return call(ctx, p, "UpdateItem", in, p.db.updateItem)
}

// GetItem reads an item.
func (p *Process) GetItem(ctx context.Context, in *dynamodb.GetItemInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return call(ctx, p, "GetItem", in, p.db.getItem)
}

func (db *DB) putItem(in *dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error) {
	latency := db.arrive(db.options.Latencies.Write.draw)
	if err := onlyModelled(
		*in, "Item", "TableName", "ConditionExpression", "ExpressionAttributeNames",
		"ExpressionAttributeValues", "ReturnConsumedCapacity", "ReturnValues",
		"ReturnValuesOnConditionCheckFailure",
	); err != nil {
		return nil, err
	}
	w, err := db.newPut(request{
		table:     in.TableName,
		names:     in.ExpressionAttributeNames,
		values:    in.ExpressionAttributeValues,
		condition: in.ConditionExpression,
		tells:     in.ReturnValuesOnConditionCheckFailure,
	}, in.Item)
	if err != nil {
		return nil, err
	}
	returned, err := returning(in.ReturnValues, types.ReturnValueAllOld)
	if err != nil {
		return nil, err
	}
	o, err := db.plain(w, latency)
	if err != nil {
		return nil, err
	}
	return &dynamodb.PutItemOutput{
		Attributes:       returned(o),
		ConsumedCapacity: consumed(in.ReturnConsumedCapacity, in.TableName, o.units),
	}, nil
}

func (db *DB) updateItem(in *dynamodb.UpdateItemInput) (*dynamodb.UpdateItemOutput, error) {
	latency := db.arrive(db.options.Latencies.Write.draw)
	if err := onlyModelled(
		*in, "Key", "TableName", "ConditionExpression", "ExpressionAttributeNames",
		"ExpressionAttributeValues", "ReturnConsumedCapacity", "ReturnValues", "UpdateExpression",
		"ReturnValuesOnConditionCheckFailure",
	); err != nil {
		return nil, err
	}
	r := request{
		table:     in.TableName,
		names:     in.ExpressionAttributeNames,
		values:    in.ExpressionAttributeValues,
		condition: in.ConditionExpression,
		update:    in.UpdateExpression,
		tells:     in.ReturnValuesOnConditionCheckFailure,
	}
	w, err := db.newChange(r, in.Key, r.updating(in.Key))
	if err != nil {
		return nil, err
	}
	returned, err := returning(in.ReturnValues, types.ReturnValueAllOld, types.ReturnValueAllNew)
	if err != nil {
		return nil, err
	}
	o, err := db.plain(w, latency)
	if err != nil {
		return nil, err
	}
	return &dynamodb.UpdateItemOutput{
		Attributes:       returned(o),
		ConsumedCapacity: consumed(in.ReturnConsumedCapacity, in.TableName, o.units),
	}, nil
}

func (db *DB) getItem(in *dynamodb.GetItemInput) (*dynamodb.GetItemOutput, error) {
	latency := db.arrive(db.options.Latencies.Get.draw)
	if err := onlyModelled(*in, "Key", "TableName", "ConsistentRead", "ExpressionAttributeNames",
		"ProjectionExpression", "ReturnConsumedCapacity"); err != nil {
		return nil, err
	}
	g, err := db.newGet(in.TableName, types.KeysAndAttributes{
		Keys: []item{in.Key}, ConsistentRead: in.ConsistentRead,
		ExpressionAttributeNames: in.ExpressionAttributeNames,
		ProjectionExpression:     in.ProjectionExpression,
	})
	if err != nil {
		return nil, err
	}
	defer db.pass(latency, 5)
	db.pass(latency, 5)
	found, units, err := db.get(g, 0)
	if err != nil {
		return nil, err
	}
	return &dynamodb.GetItemOutput{
		Item: found, ConsumedCapacity: consumed(in.ReturnConsumedCapacity, in.TableName, units),
	}, nil
}

// returning returns what picks the values that a write returns, of which none may be asked for, or
// one of the modelled.
func returning(asked types.ReturnValue, modelled ...types.ReturnValue) (func(outcome) item, error) {
	if asked == "" || asked == types.ReturnValueNone {
		return func(outcome) item { return nil }, nil
	}
	for _, m := range modelled {
		switch {
		case m == asked && asked == types.ReturnValueAllOld:
			return func(o outcome) item { return copied(o.old) }, nil
		case m == asked:
			return func(o outcome) item { return copied(o.next) }, nil
		}
	}
	return nil, notModelled("ReturnValues " + string(asked))
}
