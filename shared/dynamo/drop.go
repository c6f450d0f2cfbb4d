package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Dropper is what DropTables calls of a DynamoDB client.
type Dropper interface {
	dynamodb.DescribeTableAPIClient
	DeleteTable(
		context.Context, *dynamodb.DeleteTableInput, ...func(*dynamodb.Options),
	) (*dynamodb.DeleteTableOutput, error)
}

// DropTables removes the tables that t names with all that is in them, for the local server and
// tests. A table that does not exist is no error.
func DropTables(ctx context.Context, admin Dropper, t Tables) error {
	for _, schema := range t.Schemas() {
		if err := dropTable(ctx, admin, schema.Table); err != nil {
			return failed("drop table", err)
		}
	}
	return nil
}

func dropTable(ctx context.Context, admin Dropper, name string) error {
	_, err := admin.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &name})
	if missing := new(types.ResourceNotFoundException); errors.As(err, &missing) {
		return nil
	}
	if err != nil {
		return err
	}
	gone := dynamodb.NewTableNotExistsWaiter(admin, func(o *dynamodb.TableNotExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 20*time.Millisecond, time.Second
	})
	return gone.Wait(ctx, &dynamodb.DescribeTableInput{TableName: &name}, time.Minute)
}
