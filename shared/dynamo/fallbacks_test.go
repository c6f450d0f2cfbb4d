package dynamo_test

import (
	"crypto/rand"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/dynamo"
	"lineproof/shared/storetest"
)

func TestFallbacks(t *testing.T) {
	t.Parallel()
	names := dynamo.Tables{Fallbacks: "Fallbacks-" + rand.Text()}
	everywhere(t, names, func(t *testing.T, client *dynamodb.Client) {
		storetest.Fallbacks(t, dynamo.NewFallbacks(client, names.Fallbacks, rand.Reader))
	})
}
