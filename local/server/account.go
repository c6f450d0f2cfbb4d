package server

import (
	"context"
	"crypto/rand"

	"lineproof/shared/account"
	"lineproof/shared/numbering"
	"lineproof/shared/verification"
)

// sandboxAccount is an account as GET /local/sandbox gives it away.
type sandboxAccount struct {
	Key             account.Key    `json:"-"`
	APIKey          string         `json:"api_key"`
	Secret          string         `json:"api_secret"`
	Method          account.Method `json:"signature_method,omitempty"`
	SignatureSecret string         `json:"signature_secret,omitempty"`
	State           string         `json:"state"`
}

// The sandbox accounts' keys; their secrets are fixed, so that documents and test suites can name
// them.
const (
	standardKey account.Key = 0xace00001 + iota
	unlimitedKey
	signedKey
	noCreditKey
	barredKey
	demoKey
	strictKey
)

// budget is what each prepaid sandbox account has, in millionths of a euro.
const budget = 1000_000_000

// sandboxBrand is who asks in messages of requests that name nobody.
const sandboxBrand = "Sandbox"

// sandboxAccounts lists one account for each state.
var sandboxAccounts = []sandboxAccount{
	{Key: standardKey, State: "standard"},
	{Key: unlimitedKey, State: "unlimited"},
	{
		Key:             signedKey,
		State:           "signed",
		Method:          account.HMACSHA256,
		SignatureSecret: "sandbox-signature-secret",
	},
	{Key: noCreditKey, State: "no_credit"},
	{Key: barredKey, State: "barred"},
	{Key: demoKey, State: "demo"},
	{Key: strictKey, State: "strict"},
}

// putAccounts registers the sandbox accounts, pays their budgets in and gives them as they are
// listed.
func putAccounts(
	ctx context.Context, registry account.Registry, peppers account.Ring,
) ([]sandboxAccount, error) {
	countries := append(numbering.Countries(), verification.SandboxCountry)
	var listed []sandboxAccount
	for _, a := range sandboxAccounts {
		a.APIKey, a.Secret = a.Key.String(), "sandbox-"+a.State
		registered, err := a.register(peppers.Active(), countries)
		if err != nil {
			return nil, err
		}
		if err := registry.PutAccount(ctx, registered); err != nil {
			return nil, err
		}
		listed = append(listed, a)
	}
	return listed, fund(ctx, registry)
}

// fund pays the budgets in, once.
func fund(ctx context.Context, registry account.Registry) error {
	for _, a := range sandboxAccounts {
		if a.Key == noCreditKey {
			continue
		}
		if err := registry.TopUp(ctx, a.Key, budget, "sandbox"); err != nil {
			return err
		}
	}
	return nil
}

// register gives the account as the product keeps it.
func (a sandboxAccount) register(
	pepper account.Pepper, countries []string,
) (account.Account, error) {
	kept := account.Account{
		Key:     a.Key,
		Secrets: []account.Hash{pepper.HashSecret(a.Secret)},
		Method:  a.Method,
		Barred:  a.Key == barredKey,
		Demo:    a.Key == demoKey,
		Terms:   account.StandardTerms(countries...),
	}
	switch a.Key {
	case standardKey:
		kept.Terms.Codeless = true
	case unlimitedKey:
		kept.Terms = account.UnlimitedTerms(countries...)
		kept.Terms.Templates, kept.Terms.NoFraudCheck = true, true
	case strictKey:
		kept.Terms = account.StrictTerms(countries...)
	case demoKey:
		kept.DemoNumbers = []account.Hash{
			pepper.HashNumber(verification.TestNumbers()[0].Number.Digits()),
		}
	}
	kept.Terms.Brand = sandboxBrand
	var err error
	if a.SignatureSecret != "" {
		kept.Signature, err = pepper.SealSignature(a.Key.String(), a.SignatureSecret, rand.Reader)
	}
	return kept, err
}
