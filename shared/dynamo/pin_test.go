package dynamo_test

import (
	"crypto/rand"
	"net/http"
	"testing"

	"lineproof/shared/dynamo"
	"lineproof/shared/storetest"
)

// pinTables makes empty tables of PIN verification that no other test has.
func pinTables(tb testing.TB) dynamo.Tables {
	tb.Helper()
	id := rand.Text()
	names := dynamo.Tables{Accounts: "Accounts-" + id, Ledgers: "Ledgers-" + id, Pins: "Pins-" + id}
	if err := dynamo.CreateTables(tb.Context(), local(tb, http.DefaultTransport), names); err != nil {
		tb.Fatal(err)
	}
	return names
}

func pinStores(tb testing.TB) (*dynamo.Pins, *dynamo.Accounts) {
	tb.Helper()
	client, names := local(tb, http.DefaultTransport), pinTables(tb)
	return dynamo.NewPins(client, names.Pins, names.Ledgers, rand.Reader), dynamo.NewAccounts(client, names.Accounts, names.Ledgers)
}

func TestPins(t *testing.T) {
	t.Parallel()
	pins, accounts := pinStores(t)
	storetest.Pins(t, pins, accounts)
}

func TestDenials(t *testing.T) {
	t.Parallel()
	pins, accounts := pinStores(t)
	storetest.Denials(t, pins, accounts)
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	_, accounts := pinStores(t)
	storetest.Accounts(t, accounts)
}
