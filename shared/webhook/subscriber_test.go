package webhook_test

import (
	"context"
	"crypto/rand"
	"errors"
	"testing"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/memory"
	"lineproof/shared/webhook"
)

const owner = account.Key(0xabcd1234)

// registered returns registries with an application and an account, both as they are changed.
func registered(t *testing.T, change func(c *grant.Client, a *account.Account)) webhook.Registered {
	t.Helper()
	pepper, err := account.NewPepper(1, []byte("a pepper of thirty-two bytes----"))
	if err != nil {
		t.Fatal(err)
	}
	seal := func(whose, secret string) []byte {
		sealed, err := pepper.SealSignature(whose, secret, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return sealed
	}
	c := grant.Client{
		ID: application, Wire: "vonage", Method: grant.ApplicationJWT, JWKS: []byte("{}"), Account: owner.String(),
		StatusURL: hooks, Signature: seal(application, secret),
	}
	a := account.Account{Key: owner, StatusURL: "https://account.example/", Signature: seal(owner.String(), "the account's")}
	change(&c, &a)
	clients, accounts := memory.NewClients(), memory.NewAccounts()
	if err := errors.Join(clients.Put(t.Context(), c), accounts.PutAccount(t.Context(), a)); err != nil {
		t.Fatal(err)
	}
	return webhook.Registered{Clients: clients, Accounts: accounts, Peppers: account.Ring{pepper}}
}

func TestRegistered(t *testing.T) {
	t.Parallel()
	unchanged := func(*grant.Client, *account.Account) {}
	app := webhook.Subscriber{URL: hooks, Secret: secret, APIKey: "abcd1234", Application: application}
	own := webhook.Subscriber{URL: "https://account.example/", Secret: "the account's", APIKey: "abcd1234"}
	unsigned := own
	unsigned.Secret = ""
	silent := app
	silent.URL = ""
	for name, test := range map[string]struct {
		change   func(c *grant.Client, a *account.Account)
		owner    account.Key
		callback string
		want     webhook.Subscriber
		err      error
	}{
		"an application":           {unchanged, owner, "w:" + application, app, nil},
		"an account":               {unchanged, owner, "w:", own, nil},
		"an account without one":   {func(_ *grant.Client, a *account.Account) { a.Signature = nil }, owner, "w:", unsigned, nil},
		"without an address":       {func(c *grant.Client, _ *account.Account) { c.StatusURL = "" }, owner, "w:" + application, silent, nil},
		"a disabled application":   {func(c *grant.Client, _ *account.Account) { c.Disabled = true }, owner, "w:" + application, webhook.Subscriber{}, webhook.ErrGone},
		"a removed application":    {func(c *grant.Client, _ *account.Account) { *c = c.Removed() }, owner, "w:" + application, webhook.Subscriber{}, webhook.ErrGone},
		"no application":           {unchanged, owner, "w:5a4d8a0e", webhook.Subscriber{}, webhook.ErrGone},
		"another client":           {func(c *grant.Client, _ *account.Account) { c.Method = grant.SecretBasic }, owner, "w:" + application, webhook.Subscriber{}, webhook.ErrGone},
		"another's application":    {unchanged, 0xabcd1235, "w:" + application, webhook.Subscriber{}, webhook.ErrGone},
		"no account":               {unchanged, 0xabcd1235, "w:", webhook.Subscriber{}, webhook.ErrGone},
		"a fallback's":             {unchanged, owner, "abcd1234-execution", webhook.Subscriber{}, webhook.ErrGone},
		"sealed for somebody":      {func(c *grant.Client, a *account.Account) { c.Signature = a.Signature }, owner, "w:" + application, webhook.Subscriber{}, fault.New(fault.Internal)},
		"of an account's somebody": {func(c *grant.Client, a *account.Account) { a.Signature = c.Signature }, owner, "w:", webhook.Subscriber{}, fault.New(fault.Internal)},
	} {
		got, err := registered(t, test.change).Subscriber(t.Context(), test.owner, test.callback)
		if !errors.Is(err, test.err) || err == nil && got != test.want {
			t.Errorf("%s: gave %v, %v", name, got.URL, err)
		}
	}
}

type away struct{}

func (away) Client(context.Context, string) (grant.Client, error) { return grant.Client{}, errAway }
func (away) Account(context.Context, account.Key) (account.Account, error) {
	return account.Account{}, errAway
}

func TestRegistriesAreAway(t *testing.T) {
	t.Parallel()
	r := webhook.Registered{Clients: away{}, Accounts: away{}}
	for _, callback := range []string{"w:", "w:" + application} {
		if _, err := r.Subscriber(t.Context(), owner, callback); !errors.Is(err, errAway) {
			t.Errorf("%s: %v", callback, err)
		}
	}
}
