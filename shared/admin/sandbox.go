package admin

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"lineproof/shared/account"
	"lineproof/shared/grant"
	"lineproof/shared/network"
	"lineproof/shared/verification"
)

type fillSandbox struct {
	RedirectURIs []string        `json:"redirect_uris" help:"those of every sandbox client: https, or http on 127.0.0.1 or [::1]; https://client.example/callback and http://127.0.0.1:3000/callback without it (optional)"`
	JWKS         json.RawMessage `json:"jwks" help:"the public keys of those that sign; without it they authenticate themselves by a secret (optional)"`
}

// sandbox is what was made, with the test numbers that it is for.
type sandbox struct {
	Clients  []shownClient  `json:"clients"`
	Accounts []shownAccount `json:"accounts"`
	Numbers  []testNumber   `json:"numbers"`
}

type testNumber struct {
	Number string `json:"number"`
	Silent string `json:"silent"`
	PIN    string `json:"pin"`
}

const (
	// sandboxKey is the api_key of the first sandbox account; filled again, the sandbox has the
	// same accounts with new secrets.
	sandboxKey account.Key = 0x5a4db001
	// sandboxCredit is a hundred euros.
	sandboxCredit  = 100_000_000
	sandboxPayment = "sandbox"
	sandboxPrefix  = "sandbox-"
)

func (c *fillSandbox) do(ctx context.Context, a Admin) (any, error) {
	clients, err := c.clients(a)
	if err != nil {
		return nil, err
	}
	var made sandbox
	for _, client := range clients {
		found, err := a.registered(ctx, client.ID)
		if err != nil {
			return nil, err
		}
		client.Revision = found.Revision
		registered, err := a.register(ctx, client, nil)
		if err != nil {
			return nil, err
		}
		made.Clients = append(made.Clients, registered)
	}
	if made.Accounts, err = a.sandboxAccounts(ctx); err != nil {
		return nil, err
	}
	made.Numbers = testNumbers()
	return made, nil
}

// callbacks are what sandbox clients redirect to unless told otherwise: nobody's website, and a
// program on the same machine.
var callbacks = []string{"https://client.example/callback", "http://127.0.0.1:3000/callback"}

// clients gives one client for each dialect; all are valid before one is written.
func (c *fillSandbox) clients(a Admin) ([]grant.Client, error) {
	if len(c.RedirectURIs) == 0 {
		c.RedirectURIs = callbacks
	}
	var all []grant.Client
	for _, dialect := range Dialects() {
		r := registration{
			Dialect:      dialect,
			RedirectURIs: c.RedirectURIs,
			JWKS:         c.JWKS,
			Sandbox:      true,
		}
		p, _ := Preset(dialect)
		if len(c.JWKS) == 0 && p.Method != grant.SecretPost {
			r.Method = string(grant.SecretBasic)
		}
		if p.Policy == grant.OwnPolicy {
			r.Account = sandboxKey.String() // opened below, with standard terms
		}
		client, err := r.client(a)
		if err != nil {
			return nil, err
		}
		client.ID = sandboxPrefix + dialect
		all = append(all, client)
	}
	return all, nil
}

// sandboxAccounts opens one account for each kind of terms, for test numbers alone.
func (a Admin) sandboxAccounts(ctx context.Context) ([]shownAccount, error) {
	var all []shownAccount
	for i, kind := range slices.Sorted(maps.Keys(kinds)) {
		key := sandboxKey + account.Key(i)
		if err := a.Accounts.TopUp(ctx, key, sandboxCredit, sandboxPayment); err != nil {
			return nil, err
		}
		found, err := a.current(ctx, key)
		if err != nil {
			return nil, err
		}
		opened, err := a.open(ctx, account.Account{
			Key: key, Terms: kinds[kind](verification.SandboxCountry), Revision: found.Revision,
		})
		if err != nil {
			return nil, err
		}
		all = append(all, opened)
	}
	return all, nil
}

// testNumbers gives the test numbers with what comes of them, silently and by PIN.
func testNumbers() []testNumber {
	var all []testNumber
	for _, n := range network.TestNumbers() {
		all = append(
			all,
			testNumber{
				n.Number.E164(),
				string(n.Outcome),
				string(verification.ScenarioOf(n.Number)),
			},
		)
	}
	for _, n := range verification.TestNumbers()[1:] { // the first is among them
		all = append(
			all,
			testNumber{
				n.Number.E164(),
				string(network.SilentOutcome(n.Number)),
				string(n.Scenario),
			},
		)
	}
	return all
}
