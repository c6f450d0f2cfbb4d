package dynamo_test

import (
	"context"
	"errors"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/dynamo"
)

// capacity is a dynamo.API that counts what goes through it: it makes every answer tell its price.
type capacity struct {
	api dynamo.API

	mu   sync.Mutex
	used usage
}

// usage is what was counted.
type usage struct {
	// Requests counts the calls, however often the client tried each.
	Requests int
	// Read and Write are the capacity units consumed. A refused write counts as one unit: DynamoDB
	// charges it and does not tell.
	Read, Write float64
}

func newCapacity(api dynamo.API) *capacity { return &capacity{api: api} }

// usage returns what was counted so far.
func (c *capacity) usage() usage {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.used
}

// reset begins to count anew.
func (c *capacity) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.used = usage{}
}

func (c *capacity) count(read, write float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.used.Requests++
	c.used.Read += read
	c.used.Write += write
}

func (c *capacity) GetItem(ctx context.Context, in *dynamodb.GetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	out, err := c.api.GetItem(ctx, in, o...)
	if err != nil {
		c.count(0, 0)
		return out, err
	}
	c.count(units(out.ConsumedCapacity), 0)
	return out, nil
}

func (c *capacity) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	out, err := c.api.Query(ctx, in, o...)
	if err != nil {
		c.count(0, 0)
		return out, err
	}
	c.count(units(out.ConsumedCapacity), 0)
	return out, nil
}

func (c *capacity) PutItem(ctx context.Context, in *dynamodb.PutItemInput, o ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	out, err := c.api.PutItem(ctx, in, o...)
	if err != nil {
		c.count(0, refusalUnits(err))
		return out, err
	}
	c.count(0, units(out.ConsumedCapacity))
	return out, nil
}

func (c *capacity) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	out, err := c.api.UpdateItem(ctx, in, o...)
	if err != nil {
		c.count(0, refusalUnits(err))
		return out, err
	}
	c.count(0, units(out.ConsumedCapacity))
	return out, nil
}

func units(of *types.ConsumedCapacity) float64 {
	if of == nil || of.CapacityUnits == nil {
		return 0
	}
	return *of.CapacityUnits
}

func refusalUnits(err error) float64 {
	var refused *types.ConditionalCheckFailedException
	if errors.As(err, &refused) {
		return 1
	}
	return 0
}

// errNoTransactions says that what the counter stands before reads and writes single items only.
var errNoTransactions = errors.New("counter stands before a client without transactions")

// BatchGetItem counts one request and its read units.
func (c *capacity) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	api, ok := c.api.(dynamo.TransactAPI)
	if !ok {
		return nil, errNoTransactions
	}
	in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	out, err := api.BatchGetItem(ctx, in, o...)
	if err != nil {
		c.count(0, 0)
		return out, err
	}
	c.count(sum(out.ConsumedCapacity), 0)
	return out, nil
}

// TransactWriteItems counts one request and two write units for each of its items, carried out or
// cancelled: what DynamoDB charges for items of up to 1 KB, as all of ours are as a rule. DynamoDB
// Local tells otherwise of transactions: 4 units for each table.
func (c *capacity) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	api, ok := c.api.(dynamo.TransactAPI)
	if !ok {
		return nil, errNoTransactions
	}
	out, err := api.TransactWriteItems(ctx, in, o...)
	var cancelled *types.TransactionCanceledException
	if err == nil || errors.As(err, &cancelled) {
		c.count(0, float64(2*len(in.TransactItems)))
	} else {
		c.count(0, 0)
	}
	return out, err
}

func sum(all []types.ConsumedCapacity) (total float64) {
	for _, c := range all {
		total += units(&c)
	}
	return total
}
