package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Consistent gives an API that reads items where all writes have arrived, for whoever writes back
// what it read. It costs twice the read units.
func Consistent(api TransactAPI) TransactAPI { return consistent{api} }

type consistent struct{ TransactAPI }

// GetItem asks for a consistent read.
func (c consistent) GetItem(
	ctx context.Context, in *dynamodb.GetItemInput, o ...func(*dynamodb.Options),
) (*dynamodb.GetItemOutput, error) {
	in.ConsistentRead = aws.Bool(true)
	return c.TransactAPI.GetItem(ctx, in, o...)
}
