package admin_test

import (
	"context"
	"strings"
	"testing"

	"lineproof/shared/account"
	"lineproof/shared/admin"
	"lineproof/shared/grant"
)

// interrupted hands the word to another administrator after the next read of an account or client.
type interrupted struct{ between func() }

func (i *interrupted) read() {
	if between := i.between; between != nil {
		i.between = nil
		between()
	}
}

type interruptedAccounts struct {
	admin.Accounts
	*interrupted
}

func (s interruptedAccounts) Account(ctx context.Context, k account.Key) (account.Account, error) {
	a, err := s.Accounts.Account(ctx, k)
	s.read()
	return a, err
}

type interruptedClients struct {
	admin.Clients
	*interrupted
}

func (s interruptedClients) Client(ctx context.Context, id string) (grant.Client, error) {
	c, err := s.Clients.Client(ctx, id)
	s.read()
	return c, err
}

// contests are commands, each with one that another administrator has carried out between its read
// and its write, and what of that must stand.
var contests = map[string]struct{ first, between, show, stands string }{
	"terms beside a bar": {
		`{"command": "set-terms", "api_key": "0000cafe", "terms": "unlimited"}`,
		`{"command": "bar-account", "api_key": "0000cafe"}`, showCafe, `"barred":true`,
	},
	"a bar beside a new secret": {
		`{"command": "bar-account", "api_key": "0000cafe"}`,
		`{"command": "rotate-account-secret", "api_key": "0000cafe"}`, showCafe, `"secrets":2`,
	},
	"a secret beside a dropped one": {
		`{"command": "rotate-account-secret", "api_key": "0000cafe"}`,
		`{"command": "set-demo", "api_key": "0000cafe", "demo": true}`, showCafe, `"demo":true`,
	},
	"two who open an account": {
		`{"command": "create-account", "api_key": "0000beef", "terms": "unlimited"}`,
		`{"command": "create-account", "api_key": "0000beef", "terms": "strict"}`,
		`{"command": "show-account", "api_key": "0000beef"}`, `"strict":true`,
	},
	"a client replaced beside its end": {
		replaceShop,
		`{"command": "disable-client", "client_id": "shop"}`, showShop, `"disabled":true`,
	},
	"a client's secret beside its end": {
		`{"command": "rotate-client-secret", "client_id": "shop"}`,
		`{"command": "disable-client", "client_id": "shop"}`, showShop, `"disabled":true`,
	},
	"a client enabled beside a replacement": {
		`{"command": "enable-client", "client_id": "shop"}`,
		replaceShop,
		showShop, `"https://b.example/"`,
	},
	"two who register a client": {
		registerNew + `["https://a.example/"]}`, registerNew + `["https://b.example/"]}`,
		`{"command": "show-client", "client_id": "new"}`, `"https://b.example/"`,
	},
	"the sandbox filled beside a bar": {
		`{"command": "fill-sandbox"}`,
		`{"command": "disable-client", "client_id": "sandbox-camara-0.3.1"}`,
		`{"command": "show-client", "client_id": "sandbox-camara-0.3.1"}`, `"disabled":true`,
	},
}

const (
	showCafe = `{"command": "show-account", "api_key": "0000cafe"}`
	showShop = `{"command": "show-client", "client_id": "shop"}`

	replaceShop = `{"command": "replace-client", "client_id": "shop", "dialect": "konera",
		"redirect_uris": ["https://b.example/"]}`
	registerNew = `{"command": "register-client", "client_id": "new", "dialect": "konera",
		"redirect_uris": `
)

// No command writes over what another administrator has written since it read.
func TestChangedMeanwhile(t *testing.T) {
	t.Parallel()
	for store, open := range map[string]func(*testing.T) *world{
		"memory":   func(t *testing.T) *world { t.Helper(); return newWorld(t) },
		"DynamoDB": inDynamoDB,
	} {
		for name, c := range contests {
			t.Run(name+" in "+store, func(t *testing.T) {
				t.Parallel()
				w := open(t)
				w.done(t, create)
				w.done(t, register(`"client_id": "shop", "dialect": "konera"`))
				w.done(t, `{"command": "fill-sandbox"}`)
				i := &interrupted{}
				w.Accounts, w.Clients = interruptedAccounts{w.Accounts, i}, interruptedClients{w.Clients, i}
				i.between = func() { w.done(t, c.between) }
				r := w.ask(t, c.first)
				if r.Error == nil || r.Error.Kind != "changed meanwhile" ||
					!strings.Contains(r.Error.Message, "read it again") {
					t.Errorf("answered with %+v", r)
				}
				if shown := string(w.Do(t.Context(), []byte(c.show))); !strings.Contains(shown, c.stands) {
					t.Errorf("stands %s, want %s", shown, c.stands)
				}
			})
		}
	}
}
