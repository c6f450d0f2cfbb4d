package dynamo

import (
	"context"
	"errors"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Meter is an [API] that counts what goes through it, for tests and benchmarks: it makes every answer tell its price.
type Meter struct {
	api API

	mu    sync.Mutex
	usage Usage
}

// Usage is what a Meter counted.
type Usage struct {
	// Requests counts the calls, however often the client tried each.
	Requests int
	// Read and Write are the capacity units consumed. A refused write counts as one unit: DynamoDB charges it and does not tell.
	Read, Write float64
}

// NewMeter gives a meter before api.
func NewMeter(api API) *Meter { return &Meter{api: api} }

// Usage gives what was counted so far.
func (m *Meter) Usage() Usage {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.usage
}

// Reset begins to count anew.
func (m *Meter) Reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.usage = Usage{}
}

func (m *Meter) count(read, write float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.usage.Requests++
	m.usage.Read += read
	m.usage.Write += write
}

// GetItem counts one request and its read units.
func (m *Meter) GetItem(ctx context.Context, in *dynamodb.GetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	out, err := m.api.GetItem(ctx, in, o...)
	if err != nil {
		m.count(0, 0)
		return out, err
	}
	m.count(units(out.ConsumedCapacity), 0)
	return out, nil
}

// Query counts one request and its read units.
func (m *Meter) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	out, err := m.api.Query(ctx, in, o...)
	if err != nil {
		m.count(0, 0)
		return out, err
	}
	m.count(units(out.ConsumedCapacity), 0)
	return out, nil
}

// PutItem counts one request and its write units.
func (m *Meter) PutItem(ctx context.Context, in *dynamodb.PutItemInput, o ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	out, err := m.api.PutItem(ctx, in, o...)
	if err != nil {
		m.count(0, refusalUnits(err))
		return out, err
	}
	m.count(0, units(out.ConsumedCapacity))
	return out, nil
}

// UpdateItem counts one request and its write units.
func (m *Meter) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	out, err := m.api.UpdateItem(ctx, in, o...)
	if err != nil {
		m.count(0, refusalUnits(err))
		return out, err
	}
	m.count(0, units(out.ConsumedCapacity))
	return out, nil
}

func units(c *types.ConsumedCapacity) float64 {
	if c == nil || c.CapacityUnits == nil {
		return 0
	}
	return *c.CapacityUnits
}

func refusalUnits(err error) float64 {
	var refused *types.ConditionalCheckFailedException
	if errors.As(err, &refused) {
		return 1
	}
	return 0
}
