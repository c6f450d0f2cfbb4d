package dynamo_test

import (
	"crypto/rand"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/dynamo"
	"lineproof/shared/storetest"
)

// pinNamed names tables of PIN verification that no other test has.
func pinNamed() dynamo.Tables {
	id := rand.Text()
	return dynamo.Tables{Accounts: "Accounts-" + id, Ledgers: "Ledgers-" + id, Pins: "Pins-" + id}
}

// pinTables makes empty ones.
func pinTables(tb testing.TB) dynamo.Tables {
	tb.Helper()
	return created(tb, pinNamed())
}

// pinEverywhere runs a test of the stores of PIN verification over DynamoDB Local and the model.
func pinEverywhere(t *testing.T, test func(*testing.T, *dynamo.Verifications, *dynamo.Accounts)) {
	t.Helper()
	names := pinNamed()
	everywhere(t, names, func(t *testing.T, client *dynamodb.Client) {
		test(t, dynamo.NewVerifications(client, names.Pins, names.Ledgers, rand.Reader),
			dynamo.NewAccounts(client, names.Accounts, names.Ledgers))
	})
}

func TestPins(t *testing.T) {
	t.Parallel()
	pinEverywhere(t, func(t *testing.T, pins *dynamo.Verifications, accounts *dynamo.Accounts) {
		storetest.Pins(t, pins, accounts)
	})
}

func TestDenials(t *testing.T) {
	t.Parallel()
	pinEverywhere(t, func(t *testing.T, pins *dynamo.Verifications, accounts *dynamo.Accounts) {
		storetest.Denials(t, pins, accounts)
	})
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	pinEverywhere(t, func(t *testing.T, _ *dynamo.Verifications, accounts *dynamo.Accounts) {
		storetest.Accounts(t, accounts)
	})
}
