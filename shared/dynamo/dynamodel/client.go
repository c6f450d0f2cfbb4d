package dynamodel

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"
)

// Config makes clients of the SDK whose every try is a call of the process, in place of a request
// over HTTP: dynamo.NewClient brings the retries of the product.
func (p *Process) Config() aws.Config {
	return aws.Config{
		Region: "eu-west-1", Credentials: aws.AnonymousCredentials{},
		HTTPClient: noHTTP{}, APIOptions: []func(*middleware.Stack) error{p.attach},
	}
}

// noHTTP is what no request reaches.
type noHTTP struct{}

// Do fails.
func (noHTTP) Do(*http.Request) (*http.Response, error) {
	return nil, errors.New("dynamodel: a request went out over HTTP")
}

// inputKey holds the input of an operation from where it is complete to where it would be sent.
type inputKey struct{}

func (p *Process) attach(stack *middleware.Stack) error {
	if err := stack.Serialize.Add(keeping{}, middleware.Before); err != nil {
		return err
	}
	return stack.Finalize.Insert(answering{p}, "Retry", middleware.After)
}

// keeping keeps the input.
type keeping struct{}

// ID is its name in the stack.
func (keeping) ID() string { return "dynamodel.keeping" }

// HandleSerialize hands the input on in the context.
func (keeping) HandleSerialize(ctx context.Context, in middleware.SerializeInput,
	next middleware.SerializeHandler) (middleware.SerializeOutput, middleware.Metadata, error) {
	return next.HandleSerialize(middleware.WithStackValue(ctx, inputKey{}, in.Parameters), in)
}

// answering has the process answer each try.
type answering struct{ *Process }

// ID is its name in the stack.
func (answering) ID() string { return "dynamodel.answering" }

// HandleFinalize is the end of the stack: nothing behind it is called.
func (a answering) HandleFinalize(
	ctx context.Context, _ middleware.FinalizeInput, _ middleware.FinalizeHandler,
) (out middleware.FinalizeOutput, m middleware.Metadata, err error) {
	out.Result, err = a.answer(ctx, middleware.GetStackValue(ctx, inputKey{}))
	return out, m, err
}

func (p *Process) answer(ctx context.Context, input any) (any, error) {
	switch in := input.(type) {
	case *dynamodb.GetItemInput:
		return p.GetItem(ctx, in)
	case *dynamodb.PutItemInput:
		return p.PutItem(ctx, in)
	case *dynamodb.UpdateItemInput:
		return p.UpdateItem(ctx, in)
	case *dynamodb.QueryInput:
		return p.Query(ctx, in)
	case *dynamodb.ScanInput:
		return p.Scan(ctx, in)
	case *dynamodb.BatchGetItemInput:
		return p.BatchGetItem(ctx, in)
	case *dynamodb.TransactWriteItemsInput:
		return p.TransactWriteItems(ctx, in)
	default:
		return nil, notModelled("an operation with " + typeName(input))
	}
}
