// Package tables opens the stores of a local server in DynamoDB Local. It stands apart from
// local/server, which so links no AWS client.
package tables

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"lineproof/local/server"
	"lineproof/shared/dynamo"
	"lineproof/shared/network"
)

var errEndpoint = errors.New(
	"STORE=dynamodb needs the URL of a DynamoDB Local in LINEPROOF_DYNAMODB_ENDPOINT",
)

// patience is how long a call may take: DynamoDB Local has no ten thousand machines to make tables
// on.
const patience = 20 * time.Second

// Open makes tables of its own at endpoint, the URL of a DynamoDB Local, under names that no other
// server has. It fails when endpoint is empty, or nothing answers there.
func Open(ctx context.Context, endpoint string) (server.Stores, error) {
	if endpoint == "" {
		return server.Stores{}, errEndpoint
	}
	client := dynamo.NewClient(aws.Config{
		Region:       "eu-west-1",
		Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
		HTTPClient:   awshttp.NewBuildableClient().WithTimeout(patience),
		BaseEndpoint: &endpoint,
	})
	prefix := "lineproof-" + strings.ToLower(rand.Text()[:8]) + "-"
	passing := dynamo.Tables{
		Grants: prefix + "grants", Replays: prefix + "replays", Sessions: prefix + "sessions",
		Pins: prefix + "pins", Ledgers: prefix + "ledgers", Fallbacks: prefix + "fallbacks",
		Templates: prefix + "templates", Upstreams: prefix + "upstreams",
		Breakers: prefix + "breakers",
	}
	lasting := dynamo.Tables{Clients: prefix + "clients", Accounts: prefix + "accounts"}
	err := errors.Join(
		dynamo.CreateTables(ctx, client, passing), dynamo.CreateTables(ctx, client, lasting),
	)
	return server.Stores{
		Clients:   dynamo.NewClients(client, lasting.Clients),
		Roll:      dynamo.NewClientRoll(client, lasting.Clients),
		Grants:    dynamo.NewGrants(client, passing.Grants, rand.Reader),
		Replays:   dynamo.NewReplays(client, passing.Replays, rand.Reader),
		Sessions:  dynamo.NewSessions(client, passing.Sessions, network.MaxSession),
		Accounts:  dynamo.NewAccounts(client, lasting.Accounts, passing.Ledgers),
		PINs:      dynamo.NewVerifications(client, passing.Pins, passing.Ledgers, rand.Reader),
		Fallbacks: dynamo.NewFallbacks(client, passing.Fallbacks, rand.Reader),
		Templates: dynamo.NewTemplates(dynamo.Consistent(client), passing.Templates),
		Upstreams: dynamo.NewUpstreams(client, passing.Upstreams),
		Breakers:  dynamo.NewBreakers(client, passing.Breakers, rand.Reader),
		Reset: func(ctx context.Context) error {
			if err := dynamo.DropTables(ctx, client, passing); err != nil {
				return err
			}
			return dynamo.CreateTables(ctx, client, passing)
		},
	}, err
}
