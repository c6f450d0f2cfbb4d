package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Tables holds the names of the tables.
type Tables struct {
	Grants, Replays, Clients, Sessions string
	Accounts, Ledgers, Pins, Fallbacks string
	KeySets, Templates                 string
	Upstreams, Breakers                string
}

// Schema is what a table must be like. All are billed on demand.
type Schema struct {
	// Table is its name.
	Table string
	// Partition and Sort are its key attributes; Sort is zero where there is none.
	Partition, Sort KeyAttribute
	// TTL names the attribute after which DynamoDB purges an item; empty where items stay.
	TTL string
}

// KeyAttribute is an attribute of a table's key.
type KeyAttribute struct {
	// Name is the attribute's, and Type S or B.
	Name, Type string
}

// Schemas gives the schema of each table that t names.
func (t Tables) Schemas() []Schema {
	all := []Schema{
		{Table: t.Grants, Partition: KeyAttribute{grantID, "S"}, TTL: purgeAt},
		{Table: t.Replays, Partition: KeyAttribute{replayID, "B"}, TTL: purgeAt},
		{Table: t.Clients, Partition: KeyAttribute{clientID, "S"}},
		{
			Table:     t.Sessions,
			Partition: KeyAttribute{place, "S"},
			Sort:      KeyAttribute{sessionID, "S"},
			TTL:       purgeAt,
		},
		{Table: t.Accounts, Partition: KeyAttribute{accountID, "S"}},
		{Table: t.Ledgers, Partition: KeyAttribute{accountID, "S"}},
		{
			Table:     t.Pins,
			Partition: KeyAttribute{pinSubject, "S"},
			Sort:      KeyAttribute{pinPart, "S"},
			TTL:       purgeAt,
		},
		{Table: t.Fallbacks, Partition: KeyAttribute{executionID, "S"}, TTL: purgeAt},
		{Table: t.KeySets, Partition: KeyAttribute{keySet, "S"}},
		{
			Table:     t.Templates,
			Partition: KeyAttribute{accountID, "S"},
			Sort:      KeyAttribute{templatePart, "S"},
		},
		{Table: t.Upstreams, Partition: KeyAttribute{upstreamID, "S"}},
		{
			Table:     t.Breakers,
			Partition: KeyAttribute{upstreamID, "S"},
			Sort:      KeyAttribute{breakerPart, "S"},
			TTL:       purgeAt,
		},
	}
	named := all[:0]
	for _, s := range all {
		if s.Table != "" {
			named = append(named, s)
		}
	}
	return named
}

// Admin is what [CreateTables] calls of a DynamoDB client.
type Admin interface {
	dynamodb.DescribeTableAPIClient
	CreateTable(
		context.Context, *dynamodb.CreateTableInput, ...func(*dynamodb.Options),
	) (*dynamodb.CreateTableOutput, error)
	DescribeTimeToLive(
		context.Context, *dynamodb.DescribeTimeToLiveInput, ...func(*dynamodb.Options),
	) (*dynamodb.DescribeTimeToLiveOutput, error)
	UpdateTimeToLive(
		context.Context, *dynamodb.UpdateTimeToLiveInput, ...func(*dynamodb.Options),
	) (*dynamodb.UpdateTimeToLiveOutput, error)
}

// creation is how long a table may take to become active.
const creation = time.Minute

// CreateTables makes the tables that t names, for tests and the local server; a stack makes its
// own. Tables that exist stay as they are, so it may run again.
func CreateTables(ctx context.Context, admin Admin, t Tables) error {
	for _, s := range t.Schemas() {
		if err := createTable(ctx, admin, s); err != nil {
			return failed("create table", err)
		}
	}
	return nil
}

func createTable(ctx context.Context, admin Admin, s Schema) error {
	var exists *types.ResourceInUseException
	if _, err := admin.CreateTable(ctx, s.creation()); err != nil && !errors.As(err, &exists) {
		return err
	}
	described := &dynamodb.DescribeTableInput{TableName: &s.Table}
	if err := dynamodb.NewTableExistsWaiter(admin).Wait(ctx, described, creation); err != nil {
		return err
	}
	return enableTTL(ctx, admin, s)
}

func (s Schema) creation() *dynamodb.CreateTableInput {
	in := &dynamodb.CreateTableInput{
		TableName:   &s.Table,
		BillingMode: types.BillingModePayPerRequest,
	}
	s.Partition.join(in, types.KeyTypeHash)
	if s.Sort.Name != "" {
		s.Sort.join(in, types.KeyTypeRange)
	}
	return in
}

func (k KeyAttribute) join(in *dynamodb.CreateTableInput, role types.KeyType) {
	in.KeySchema = append(
		in.KeySchema, types.KeySchemaElement{AttributeName: &k.Name, KeyType: role},
	)
	in.AttributeDefinitions = append(
		in.AttributeDefinitions,
		types.AttributeDefinition{
			AttributeName: &k.Name,
			AttributeType: types.ScalarAttributeType(k.Type),
		},
	)
}

// enableTTL turns the TTL on unless it is: DynamoDB refuses to turn it on twice.
func enableTTL(ctx context.Context, admin Admin, s Schema) error {
	if s.TTL == "" {
		return nil
	}
	out, err := admin.DescribeTimeToLive(
		ctx, &dynamodb.DescribeTimeToLiveInput{TableName: &s.Table},
	)
	if err != nil || out.TimeToLiveDescription.TimeToLiveStatus != types.TimeToLiveStatusDisabled {
		return err
	}
	_, err = admin.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName: &s.Table,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{
			AttributeName: &s.TTL,
			Enabled:       aws.Bool(true),
		},
	})
	return err
}
