package dynamo_test

import (
	"context"
	"crypto/rand"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/dynamo"
	"lineproof/shared/grant"
)

// lagging is a table whose replicas still show what they showed before. DynamoDB Local has none.
type lagging struct {
	dynamo.API
	before *dynamodb.GetItemOutput
}

// GetItem answers from the replicas unless the read is consistent.
func (l *lagging) GetItem(ctx context.Context, in *dynamodb.GetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	if aws.ToBool(in.ConsistentRead) {
		return l.API.GetItem(ctx, in, o...)
	}
	return l.before, nil
}

// lag lets the replicas fall behind from now on: they go on showing the grant as it stands.
func (l *lagging) lag(t *testing.T, table, id string) {
	t.Helper()
	in := &dynamodb.GetItemInput{TableName: &table, Key: map[string]types.AttributeValue{"grantID": &types.AttributeValueMemberS{Value: id}}}
	out, err := l.API.GetItem(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	l.before = out
}

// TestTokensWorkAtOnce reads a grant right after it was issued, when the replicas have not heard of
// that or of it.
func TestTokensWorkAtOnce(t *testing.T) {
	t.Parallel()
	table := tables(t).Grants
	replicas := &lagging{API: local(t, http.DefaultTransport)}
	store := dynamo.NewGrants(replicas, table, rand.Reader)
	wantIssued := func(id string) {
		t.Helper()
		if g, err := store.Grant(t.Context(), id); err != nil || g.State != grant.Issued {
			t.Errorf("the grant stands %q (%v), want issued", g.State, err)
		}
	}
	for _, state := range []grant.State{grant.Pending, grant.Authorized} {
		g := authorized()
		g.State = state
		if err := store.Put(t.Context(), g); err != nil {
			t.Fatal(err)
		}
		replicas.lag(t, table, g.ID)
		if _, err := store.Redeem(t.Context(), redemption(g)); err != nil {
			t.Fatal(err)
		}
		wantIssued(g.ID)
	}
	made := issued()
	replicas.lag(t, table, made.ID)
	if err := store.Put(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	wantIssued(made.ID)
}
