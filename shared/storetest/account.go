package storetest

import (
	"errors"
	"reflect"
	"testing"

	"lineproof/shared/account"
	"lineproof/shared/fault"
)

// AccountStore is all that a store of accounts does.
type AccountStore interface {
	account.Accounts
	account.Registry
}

// Accounts holds a store to the promises of package account.
func Accounts(t *testing.T, s AccountStore) {
	t.Run("round trip", func(t *testing.T) { t.Parallel(); accountRoundTrip(t, s) })
	t.Run("changed meanwhile", func(t *testing.T) { t.Parallel(); accountChanged(t, s) })
	t.Run("put race", func(t *testing.T) { t.Parallel(); accountRace(t, s) })
	t.Run("top up", func(t *testing.T) { t.Parallel(); accountTopUp(t, s) })
}

func exampleAccount() account.Account {
	terms := account.StrictTerms("ES", "ZZ")
	terms.PerAddress, terms.Domain, terms.AppHash = 9, "example.com", "abcdefghijk"
	terms.LineTypes = []string{"premium_rate"}
	terms.Templates, terms.NoFraudCheck, terms.Brand, terms.Codeless = true, true, "Acme", true
	return account.Account{
		Key: uniqueAccount(), Secrets: []account.Hash{{Version: 2, Sum: []byte("new")}, {Version: 1, Sum: []byte("old")}},
		Signature: []byte{0, 1, 255}, Method: account.HMACSHA256, Barred: true, Demo: true,
		DemoNumbers: []account.Hash{{Version: 2, Sum: []byte("number")}}, Terms: terms,
		StatusURL: "https://shop.example/status",
	}
}

func accountRoundTrip(t *testing.T, s AccountStore) {
	want, ctx := exampleAccount(), t.Context()
	if _, err := s.Account(ctx, want.Key); !errors.Is(err, account.ErrNotFound) {
		t.Fatalf("before it exists: %v", err)
	}
	for range 2 {
		if err := s.PutAccount(ctx, want); err != nil {
			t.Fatal(err)
		}
		want.Revision++
		wantAccount(t, s, want)
		want.Barred = false
	}
	want.Barred = true
	wantEveryField(t, want)
	wantEveryField(t, want.Terms)
}

func wantAccount(t *testing.T, s AccountStore, want account.Account) {
	t.Helper()
	got, err := s.Account(t.Context(), want.Key)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("stands %+v, %v; want %+v", got, err, want)
	}
}

// accountChanged lets nobody write over what he has not read, nor open an account that exists.
func accountChanged(t *testing.T, s AccountStore) {
	first := exampleAccount()
	if err := s.PutAccount(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	read := first
	read.Revision = 1
	barred := read
	barred.Barred, barred.Demo = false, false
	if err := s.PutAccount(t.Context(), barred); err != nil {
		t.Fatal(err)
	}
	barred.Revision = 2
	opened := account.Account{Key: first.Key}
	ahead := barred
	ahead.Revision, ahead.Demo = 3, true
	for name, stale := range map[string]account.Account{
		"opened": opened, "read before": read, "ahead": ahead,
	} {
		if err := s.PutAccount(t.Context(), stale); !fault.Is(err, fault.Changed) {
			t.Errorf("%s: written over: %v", name, err)
		}
	}
	wantAccount(t, s, barred)
}

// accountRace opens one account in many ways at once, of which one counts.
func accountRace(t *testing.T, s AccountStore) {
	key := uniqueAccount()
	wantOneWinner(t, fault.New(fault.Changed), func(i int) error {
		return s.PutAccount(t.Context(), account.Account{Key: key, Terms: account.Terms{Price: int64(i)}})
	})
}

func accountTopUp(t *testing.T, s AccountStore) {
	owner := uniqueAccount()
	wantLedger(t, s, owner, account.Ledger{})
	for _, payment := range []string{"a", "b", "a", "a"} {
		if err := s.TopUp(t.Context(), owner, 5, payment); err != nil {
			t.Fatal(err)
		}
	}
	wantLedger(t, s, owner, account.Ledger{Free: 10})
}
