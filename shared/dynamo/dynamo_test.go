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

// tables makes empty tables that no other test has.
func tables(tb testing.TB) dynamo.Tables {
	tb.Helper()
	id := rand.Text()
	names := dynamo.Tables{Grants: "Grants-" + id, Replays: "Replays-" + id, Clients: "Clients-" + id, Sessions: "Sessions-" + id}
	if err := dynamo.CreateTables(tb.Context(), local(tb, http.DefaultTransport), names); err != nil {
		tb.Fatal(err)
	}
	return names
}

func TestGrants(t *testing.T) {
	t.Parallel()
	s := dynamo.NewGrants(local(t, http.DefaultTransport), tables(t).Grants, rand.Reader)
	storetest.Grants(t, func(*testing.T) (grant.Store, grant.Uses) { return s, s })
}

func TestReplays(t *testing.T) {
	t.Parallel()
	s := dynamo.NewReplays(local(t, http.DefaultTransport), tables(t).Replays, rand.Reader)
	storetest.Replays(t, func(*testing.T) grant.Replays { return s })
}

func TestClients(t *testing.T) {
	t.Parallel()
	s := dynamo.NewClients(local(t, http.DefaultTransport), tables(t).Clients)
	storetest.Clients(t, func(*testing.T) (storetest.Registry, grant.Clients) { return s, s })
}

func TestSessions(t *testing.T) {
	t.Parallel()
	s := dynamo.NewSessions(local(t, http.DefaultTransport), tables(t).Sessions, network.MaxSession)
	storetest.Sessions(t, func(*testing.T) (network.Registry, network.Directory) { return s, s })
}
