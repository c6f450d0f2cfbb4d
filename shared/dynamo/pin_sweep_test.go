package dynamo_test

import (
	"crypto/rand"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/dynamo"
	"lineproof/shared/fault"
	"lineproof/shared/storetest"
	"lineproof/shared/verification"
)

func TestStrays(t *testing.T) {
	t.Parallel()
	names := pinNamed()
	everywhere(t, names, func(t *testing.T, client *dynamodb.Client) {
		pins := dynamo.NewVerifications(client, names.Pins, names.Ledgers, rand.Reader)
		accounts := dynamo.NewAccounts(client, names.Accounts, names.Ledgers)
		storetest.Strays(t, pins, dynamo.NewStrays(client, names.Pins), accounts)
	})
}

func TestStraysFail(t *testing.T) {
	t.Parallel()
	client := patient(t, answer(http.StatusBadRequest, "ThrottlingException"))
	strays, take := dynamo.NewStrays(client, "Pins"), func(verification.Verification) error { return nil }
	wantFailure(t, strays.Unsettled(t.Context(), pinNow, take), fault.Unavailable,
		"dynamo: find unsettled verifications: unavailable: ThrottlingException")
}
