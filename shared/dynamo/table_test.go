package dynamo_test

import (
	"crypto/rand"
	"errors"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/dynamo"
)

func TestCreateTables(t *testing.T) {
	t.Parallel()
	client, names := local(t, http.DefaultTransport), tables(t)
	if err := dynamo.CreateTables(t.Context(), client, names); err != nil {
		t.Errorf("creating tables that exist: %v", err)
	}
	if got := len(names.Schemas()); got != 6 {
		t.Errorf("%d schemas for six names", got)
	}
	for _, s := range names.Schemas() {
		wantTable(t, client, s)
	}
}

// wantTable compares what DynamoDB has with the schema.
func wantTable(t *testing.T, client *dynamodb.Client, s dynamo.Schema) {
	t.Helper()
	out, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &s.Table})
	if err != nil {
		t.Fatal(err)
	}
	if out.Table.BillingModeSummary == nil || out.Table.BillingModeSummary.BillingMode != types.BillingModePayPerRequest {
		t.Errorf("%s is not billed on demand", s.Table)
	}
	ttl, err := client.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: &s.Table})
	if err != nil {
		t.Fatal(err)
	}
	enabled := ttl.TimeToLiveDescription.TimeToLiveStatus == types.TimeToLiveStatusEnabled
	if enabled != (s.TTL != "") || enabled && *ttl.TimeToLiveDescription.AttributeName != s.TTL {
		t.Errorf("%s: TTL is %+v, want %q", s.Table, ttl.TimeToLiveDescription, s.TTL)
	}
}

func TestTablesWithoutNameAreNotMade(t *testing.T) {
	t.Parallel()
	one := dynamo.Tables{Clients: "Clients-" + rand.Text()}
	if got := one.Schemas(); len(got) != 1 || got[0].Table != one.Clients {
		t.Errorf("schemas are %+v", got)
	}
}

func TestDropTables(t *testing.T) {
	t.Parallel()
	client, names := local(t, http.DefaultTransport), tables(t)
	for range 2 { // what does not exist is dropped as well
		if err := dynamo.DropTables(t.Context(), client, names); err != nil {
			t.Fatal(err)
		}
	}
	_, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &names.Grants})
	if missing := new(types.ResourceNotFoundException); !errors.As(err, &missing) {
		t.Errorf("the table is still there: %v", err)
	}
}

// TestPurgeFollowsTheEnd reads when DynamoDB may purge a grant: an hour after its end, and after
// the new one once it is issued.
func TestPurgeFollowsTheEnd(t *testing.T) {
	t.Parallel()
	client, table := local(t, http.DefaultTransport), tables(t).Grants
	store, g := dynamo.NewGrants(client, table, rand.Reader), authorized()
	if err := store.Put(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	wantPurge(t, client, table, g.ID, g.Expires.Add(time.Hour))
	r := redemption(g)
	if _, err := store.Redeem(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	wantPurge(t, client, table, g.ID, r.Expires.Add(time.Hour))
}

func wantPurge(t *testing.T, client *dynamodb.Client, table, id string, want time.Time) {
	t.Helper()
	key := map[string]types.AttributeValue{"grantID": &types.AttributeValueMemberS{Value: id}}
	out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := out.Item["purgeAt"].(*types.AttributeValueMemberN); !ok || got.Value != strconv.FormatInt(want.Unix(), 10) {
		t.Errorf("the grant is purged at %v, want %d", out.Item["purgeAt"], want.Unix())
	}
}
