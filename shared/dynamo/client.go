package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/awscall"
)

// API is what the stores call of a DynamoDB client.
type API interface {
	GetItem(
		context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options),
	) (*dynamodb.GetItemOutput, error)
	PutItem(
		context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options),
	) (*dynamodb.PutItemOutput, error)
	UpdateItem(
		context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options),
	) (*dynamodb.UpdateItemOutput, error)
	Query(
		context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options),
	) (*dynamodb.QueryOutput, error)
}

// conflict is what a plain write is refused with that meets a transaction of the same item. The SDK
// does not count it among what passes.
const conflict = "TransactionConflictException"

// NewClient gives a client of the region, credentials and endpoint of cfg. Its calls end after at
// most 3.2 s: three tries of one second each (unless cfg brings an HTTP client with limits of its
// own) with short pauses.
func NewClient(cfg aws.Config) *dynamodb.Client {
	return dynamodb.NewFromConfig(awscall.Limited(cfg, 3, time.Second), func(o *dynamodb.Options) {
		o.Retryer = retry.AddWithErrorCodes(o.Retryer, conflict)
	})
}
