package dynamo

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// errNoTransactions says that what a Meter stands before reads and writes single items only.
var errNoTransactions = errors.New("dynamo: meter stands before a client without transactions")

// BatchGetItem counts one request and its read units.
func (m *Meter) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	api, ok := m.api.(PINAPI)
	if !ok {
		return nil, errNoTransactions
	}
	in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	out, err := api.BatchGetItem(ctx, in, o...)
	if err != nil {
		m.count(0, 0)
		return out, err
	}
	m.count(sum(out.ConsumedCapacity), 0)
	return out, nil
}

// TransactWriteItems counts one request and two write units for each of its items, carried out or cancelled: what DynamoDB charges for
// items of up to 1 KB, as all of ours are as a rule. DynamoDB Local tells otherwise of transactions: 4 units for each table.
func (m *Meter) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	api, ok := m.api.(PINAPI)
	if !ok {
		return nil, errNoTransactions
	}
	out, err := api.TransactWriteItems(ctx, in, o...)
	var cancelled *types.TransactionCanceledException
	if err == nil || errors.As(err, &cancelled) {
		m.count(0, float64(2*len(in.TransactItems)))
	} else {
		m.count(0, 0)
	}
	return out, err
}

func sum(all []types.ConsumedCapacity) (total float64) {
	for _, c := range all {
		total += units(&c)
	}
	return total
}
