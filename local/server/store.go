package server

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"lineproof/local/assembly"
	"lineproof/shared/account"
	"lineproof/shared/admin"
	"lineproof/shared/dynamo"
	"lineproof/shared/grant"
	"lineproof/shared/memory"
	"lineproof/shared/network"
)

// stores is what the product keeps, and the way to forget it.
type stores struct {
	clients  clients
	roll     admin.Roll
	grants   assembly.Grants
	replays  grant.ReplayStore
	sessions interface {
		network.Directory
		network.Registry
	}
	accounts interface {
		account.Accounts
		account.Registry
	}
	pins      assembly.PINs
	fallbacks assembly.Fallbacks
	reset     func(context.Context) error
}

var errEndpoint = errors.New(
	"STORE=dynamodb needs the URL of a DynamoDB Local in LINEPROOF_DYNAMODB_ENDPOINT",
)

func inMemory() stores {
	grants, replays, sessions := memory.NewGrants(), memory.NewReplays(), memory.NewSessions()
	accounts := memory.NewAccounts()
	pins, fallbacks := memory.NewPins(accounts), memory.NewFallbacks()
	clients := memory.NewClients()
	return stores{
		clients:   clients,
		roll:      clients,
		grants:    grants,
		replays:   replays,
		sessions:  sessions,
		accounts:  accounts,
		pins:      pins,
		fallbacks: fallbacks,
		reset: func(context.Context) error {
			pins.Reset()
			fallbacks.Reset()
			grants.Reset()
			replays.Reset()
			sessions.Reset()
			return nil
		},
	}
}

// patience is how long a call may take: DynamoDB Local has no ten thousand machines to make tables
// on.
const patience = 20 * time.Second

// inDynamoDB makes tables of its own at endpoint, under names that no other server has.
func inDynamoDB(ctx context.Context, endpoint string) (stores, error) {
	if endpoint == "" {
		return stores{}, errEndpoint
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
	}
	lasting := dynamo.Tables{Clients: prefix + "clients", Accounts: prefix + "accounts"}
	err := errors.Join(
		dynamo.CreateTables(ctx, client, passing), dynamo.CreateTables(ctx, client, lasting),
	)
	return stores{
		clients:   dynamo.NewClients(client, lasting.Clients),
		roll:      dynamo.NewClientRoll(client, lasting.Clients),
		grants:    dynamo.NewGrants(client, passing.Grants, rand.Reader),
		replays:   dynamo.NewReplays(client, passing.Replays, rand.Reader),
		sessions:  dynamo.NewSessions(client, passing.Sessions, network.MaxSession),
		accounts:  dynamo.NewAccounts(client, lasting.Accounts, passing.Ledgers),
		pins:      dynamo.NewPins(client, passing.Pins, passing.Ledgers, rand.Reader),
		fallbacks: dynamo.NewFallbacks(client, passing.Fallbacks, rand.Reader),
		reset: func(ctx context.Context) error {
			if err := dynamo.DropTables(ctx, client, passing); err != nil {
				return err
			}
			return dynamo.CreateTables(ctx, client, passing)
		},
	}, err
}
