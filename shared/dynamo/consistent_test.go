package dynamo_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/account"
	"lineproof/shared/dynamo"
	"lineproof/shared/grant"
)

// replica is a table of which only consistent reads find what was just written.
type replica struct{ dynamo.TransactAPI }

func (replica) GetItem(_ context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	if in.ConsistentRead == nil || !*in.ConsistentRead {
		return nil, errors.New("a read of a replica that lags")
	}
	return &dynamodb.GetItemOutput{}, nil
}

func TestConsistentReadsFindWhatWasJustWritten(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		api  dynamo.TransactAPI
		lags bool
	}{{replica{}, true}, {dynamo.Consistent(replica{}), false}} {
		_, errAccount := dynamo.NewAccounts(tt.api, "accounts", "ledgers").Account(t.Context(), 1)
		_, errClient := dynamo.NewClients(tt.api, "clients").Client(t.Context(), "a")
		if lags := !errors.Is(errAccount, account.ErrNotFound); lags != tt.lags {
			t.Errorf("account: %v", errAccount)
		}
		if lags := !errors.Is(errClient, grant.ErrNotFound); lags != tt.lags {
			t.Errorf("client: %v", errClient)
		}
	}
}
