package dynamo_test

import (
	mathrand "math/rand/v2"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/dynamo"
	"lineproof/shared/dynamo/dynamodel"
	"lineproof/shared/verification"
)

// TestProcessesPart has two processes that chose one till settle in turn: they come to settle into
// different ones, and the ledger has all of it.
func TestProcessesPart(t *testing.T) {
	t.Parallel()
	names, first := pinNamed(), pinStart(1)
	db := dynamodel.New(dynamodel.Options{}, names.Schemas()...)
	client := dynamo.NewClient(db.Process(nil).Config())
	accounts := dynamo.NewAccounts(client, names.Accounts, names.Ledgers)
	owner, price := first.Verification.Account, first.Verification.Held
	if err := accounts.TopUp(t.Context(), owner, wealth, "p"); err != nil {
		t.Fatal(err)
	}
	processes := [2]*dynamo.Verifications{}
	for i := range processes {
		processes[i] = dynamo.NewVerifications(client, names.Pins, names.Ledgers, mathrand.NewChaCha8([32]byte{}))
	}
	const each = 6
	for i := range uint64(each * len(processes)) {
		start := pinStart(i + 1)
		start.Rate = verification.Limit{}
		start.Verification.Number = customer{accounts: 1, apart: together}.ref(int(i)).Number
		s := processes[i%2]
		if _, err := s.Begin(t.Context(), start); err != nil {
			t.Fatal(err)
		}
		if err := settled(t.Context(), s, start.Verification.Ref); err != nil {
			t.Fatal(err)
		}
	}
	if n := tillsOf(t, client, names); n < len(processes) {
		t.Errorf("both settle into %d till", n)
	}
	const all = each * int64(len(processes))
	l, err := accounts.Ledger(t.Context(), owner)
	if want := all * price; err != nil || l.Charged != want || l.Free+l.Held != wealth-want {
		t.Errorf("the ledger is %+v (%v), want %d charged", l, err, want)
	}
}

// tillsOf counts the tills in the table.
func tillsOf(t *testing.T, client *dynamodb.Client, names dynamo.Tables) (n int) {
	t.Helper()
	out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &names.Pins})
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range out.Items {
		if _, is := dynamo.DecodeTill(it); is {
			n++
		}
	}
	return n
}
