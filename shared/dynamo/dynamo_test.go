package dynamo_test

import (
	"crypto/rand"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/e2e/dynamolocal"
	"lineproof/shared/dynamo"
	"lineproof/shared/dynamo/dynamodel"
	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/network"
	"lineproof/shared/storetest"
)

// local gives a client of DynamoDB Local whose requests go through transport.
func local(tb testing.TB, transport http.RoundTripper) *dynamodb.Client {
	return dynamo.NewClient(aws.Config{
		Region:       "eu-west-1",
		Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
		HTTPClient:   &http.Client{Transport: transport},
		BaseEndpoint: aws.String(dynamolocal.Endpoint(tb)),
	})
}

// modelled gives a client of tables in the model of DynamoDB, whose calls faults befall.
func modelled(names dynamo.Tables, faults func(dynamodel.Call) dynamodel.Fault) *dynamodb.Client {
	db := dynamodel.New(dynamodel.Options{}, names.Schemas()...)
	return dynamo.NewClient(db.Process(faults).Config())
}

// named names tables that no other test has.
func named() dynamo.Tables {
	id := rand.Text()
	return dynamo.Tables{Grants: "Grants-" + id, Replays: "Replays-" + id, Clients: "Clients-" + id, Sessions: "Sessions-" + id, Upstreams: "Upstreams-" + id, Breakers: "Breakers-" + id}
}

// created makes the tables in DynamoDB Local.
func created(tb testing.TB, names dynamo.Tables) dynamo.Tables {
	tb.Helper()
	if err := dynamo.CreateTables(tb.Context(), local(tb, http.DefaultTransport), names); err != nil {
		tb.Fatal(err)
	}
	return names
}

// tables makes empty tables that no other test has.
func tables(tb testing.TB) dynamo.Tables {
	tb.Helper()
	return created(tb, named())
}

// everywhere runs a test with the tables in DynamoDB Local and with those in the model, which has
// to answer alike.
func everywhere(t *testing.T, names dynamo.Tables, test func(*testing.T, *dynamodb.Client)) {
	t.Helper()
	t.Run("local", func(t *testing.T) {
		t.Parallel()
		created(t, names)
		test(t, local(t, http.DefaultTransport))
	})
	t.Run("model", func(t *testing.T) {
		t.Parallel()
		test(t, modelled(names, nil))
	})
}

func TestGrants(t *testing.T) {
	t.Parallel()
	names := named()
	everywhere(t, names, func(t *testing.T, client *dynamodb.Client) {
		s := dynamo.NewGrants(client, names.Grants, rand.Reader)
		storetest.Grants(t, func(*testing.T) (storetest.GrantStore, grant.UseStore) { return s, s })
	})
}

func TestUpstreams(t *testing.T) {
	t.Parallel()
	names := named()
	everywhere(t, names, func(t *testing.T, client *dynamodb.Client) {
		storetest.Upstreams(t, dynamo.NewUpstreams(client, names.Upstreams))
	})
}

func TestBreakers(t *testing.T) {
	t.Parallel()
	names := named()
	everywhere(t, names, func(t *testing.T, client *dynamodb.Client) {
		storetest.Breakers(t, dynamo.NewBreakers(client, names.Breakers, rand.Reader))
	})
}

func TestReplays(t *testing.T) {
	t.Parallel()
	names := named()
	everywhere(t, names, func(t *testing.T, client *dynamodb.Client) {
		s := dynamo.NewReplays(client, names.Replays, rand.Reader)
		storetest.Replays(t, func(*testing.T) grant.ReplayStore { return s })
	})
}

func TestClients(t *testing.T) {
	t.Parallel()
	names := named()
	everywhere(t, names, func(t *testing.T, client *dynamodb.Client) {
		s := dynamo.NewClients(client, names.Clients)
		storetest.Clients(t, func(*testing.T) (storetest.Registry, grant.ClientStore) { return s, s })
	})
}

func TestClientRoll(t *testing.T) {
	t.Parallel()
	client, table := local(t, http.DefaultTransport), tables(t).Clients
	storetest.Roll(t, dynamo.NewClients(client, table), dynamo.NewClientRoll(client, table).EachClient)
}

func TestClientRollFails(t *testing.T) {
	t.Parallel()
	client := patient(t, answer(http.StatusBadRequest, "ThrottlingException"))
	err := dynamo.NewClientRoll(client, "Clients").EachClient(t.Context(), func(grant.Client) error { return nil })
	wantFailure(t, err, fault.Unavailable, "dynamo: list clients: unavailable: ThrottlingException")
}

func TestSessions(t *testing.T) {
	t.Parallel()
	names := named()
	everywhere(t, names, func(t *testing.T, client *dynamodb.Client) {
		s := dynamo.NewSessions(client, names.Sessions, network.MaxSession)
		storetest.Sessions(t, func(*testing.T) (network.Registry, network.Directory) { return s, s })
	})
}
