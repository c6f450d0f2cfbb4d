package storetest

import (
	"encoding/json"
	"errors"
	"testing"

	"lineproof/shared/account"
)

// AccountStore is all that a store of accounts does.
type AccountStore interface {
	account.Accounts
	account.Registry
}

// Accounts holds a store to the promises of package account.
func Accounts(t *testing.T, s AccountStore) {
	t.Run("round trip", func(t *testing.T) { t.Parallel(); accountRoundTrip(t, s) })
	t.Run("top up", func(t *testing.T) { t.Parallel(); accountTopUp(t, s) })
}

func exampleAccount() account.Account {
	terms := account.StrictTerms("ES", "ZZ")
	terms.PerAddress, terms.Domain, terms.AppHash = 9, "example.com", "abcdefghijk"
	terms.LineTypes = []string{"premium_rate"}
	return account.Account{
		Key: account.Key(uniqueAccount()), Secrets: []account.Hash{{Version: 2, Sum: []byte("new")}, {Version: 1, Sum: []byte("old")}},
		Signature: []byte{0, 1, 255}, Method: account.HMACSHA256, Barred: true, Demo: true,
		DemoNumbers: []account.Hash{{Version: 2, Sum: []byte("number")}}, Terms: terms,
	}
}

func accountRoundTrip(t *testing.T, s AccountStore) {
	want, ctx := exampleAccount(), t.Context()
	wantEveryField(t, want)
	wantEveryField(t, want.Terms)
	if _, err := s.Account(ctx, want.Key); !errors.Is(err, account.ErrNotFound) {
		t.Fatalf("before it exists: %v", err)
	}
	for range 2 {
		if err := s.PutAccount(ctx, want); err != nil {
			t.Fatal(err)
		}
		got, err := s.Account(ctx, want.Key)
		g, _ := json.Marshal(got)
		w, _ := json.Marshal(want)
		if err != nil || string(g) != string(w) {
			t.Fatalf("stands %s, %v; want %s", g, err, w)
		}
		want.Barred = false
	}
}

func accountTopUp(t *testing.T, s AccountStore) {
	owner := uniqueAccount()
	wantLedger(t, s, owner, account.Ledger{})
	for _, payment := range []string{"a", "b", "a", "a"} {
		if err := s.TopUp(t.Context(), account.Key(owner), 5, payment); err != nil {
			t.Fatal(err)
		}
	}
	wantLedger(t, s, owner, account.Ledger{Free: 10})
}
