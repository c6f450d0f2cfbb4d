package dynamo

import (
	"context"
	"net"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// API is what the stores call of a DynamoDB client; [Meter] is one as well.
type API interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
}

// The limits of one call. DynamoDB answers in milliseconds, so a try that takes a second is lost; the SDK's own limits, 30 s
// to connect and 20 s between tries, outlive the function that waits for them.
const (
	attempts       = 3
	attemptTimeout = time.Second
	dialTimeout    = 500 * time.Millisecond
	maxBackoff     = 100 * time.Millisecond
)

// NewClient gives a client of the region and credentials of cfg. Its calls end after at most 3.2 s: three tries of
// one second each (unless cfg brings an HTTP client with limits of its own) with short pauses. An endpoint that is
// not empty, as http://127.0.0.1:8000, takes the place of the region's.
func NewClient(cfg aws.Config, endpoint string) *dynamodb.Client {
	if cfg.HTTPClient == nil {
		cfg.HTTPClient = awshttp.NewBuildableClient().WithTimeout(attemptTimeout).
			WithDialerOptions(func(d *net.Dialer) { d.Timeout = dialTimeout })
	}
	cfg.Retryer = func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts, o.MaxBackoff = attempts, maxBackoff
		})
	}
	return dynamodb.NewFromConfig(cfg, func(o *dynamodb.Options) {
		if endpoint != "" {
			o.BaseEndpoint = &endpoint
		}
	})
}
