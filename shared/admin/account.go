package admin

import (
	"context"
	"errors"

	"lineproof/shared/account"
)

// accountRef is the field of commands about one account.
type accountRef struct {
	APIKey string `json:"api_key" help:"the account's api_key, 8 hexadecimal digits"`
}

// subject returns the key, or "" for what is none.
func (w accountRef) subject() string {
	if key := account.ParseKey(w.APIKey); key != 0 {
		return key.String()
	}
	return ""
}

// find gives the account.
func (w accountRef) find(ctx context.Context, a Admin) (account.Account, error) {
	key, err := known("api_key", w.APIKey)
	if err != nil {
		return account.Account{}, err
	}
	found, err := a.current(ctx, key)
	if err == nil && found.Key == 0 {
		err = noAccount("api_key")
	}
	return found, err
}

// change writes the account as edit leaves it, and shows it.
func (w accountRef) change(
	ctx context.Context, a Admin, edit func(*account.Account) error,
) (any, error) {
	found, err := w.find(ctx, a)
	if err != nil {
		return nil, err
	}
	if err := edit(&found); err != nil {
		return nil, err
	}
	if err := a.Accounts.PutAccount(ctx, found); err != nil {
		return nil, err
	}
	return a.shown(ctx, found)
}

// shownAccount is an account as it is shown: no hash, no seal, and the secret only in the answer
// that made it.
type shownAccount struct {
	APIKey          string         `json:"api_key"`
	APISecret       secret         `json:"api_secret,omitzero"`
	SignatureSecret secret         `json:"signature_secret,omitzero"`
	Secrets         int            `json:"secrets"`
	Method          account.Method `json:"signature_method,omitempty"`
	Barred          bool           `json:"barred"`
	Demo            bool           `json:"demo"`
	DemoNumbers     int            `json:"demo_numbers"`
	StatusURL       string         `json:"status_url,omitempty"`
	Terms           shownTerms     `json:"terms"`
	Ledger          shownLedger    `json:"ledger"`
}

// shownLedger is money in millionths of a euro.
type shownLedger struct {
	Free    int64 `json:"free"`
	Held    int64 `json:"held"`
	Charged int64 `json:"charged"`
}

func (a Admin) shown(ctx context.Context, of account.Account) (shownAccount, error) {
	ledger, err := a.Accounts.Ledger(ctx, of.Key)
	return shownAccount{
		APIKey:      of.Key.String(),
		Secrets:     len(of.Secrets),
		Method:      of.Method,
		Barred:      of.Barred,
		Demo:        of.Demo,
		DemoNumbers: len(of.DemoNumbers),
		StatusURL:   of.StatusURL,
		Terms:       shownTerms(of.Terms),
		Ledger:      shownLedger(ledger),
	}, err
}

type createAccount struct {
	APIKey string `json:"api_key" help:"the api_key it shall have, 8 hexadecimal digits that no account has; one is drawn without it (optional)"`
	terms
}

func (c *createAccount) do(ctx context.Context, a Admin) (any, error) {
	made, err := c.terms.read()
	if err != nil {
		return nil, err
	}
	key, err := a.freeKey(ctx, c.APIKey)
	if err != nil {
		return nil, err
	}
	return a.open(ctx, account.Account{Key: key, Terms: made})
}

// open writes an account with a new secret, in place of the one whose revision it has.
func (a Admin) open(ctx context.Context, of account.Account) (shownAccount, error) {
	made, text, err := newSecret(a.Random)
	if err != nil {
		return shownAccount{}, err
	}
	of.Secrets = []account.Hash{a.AccountPeppers.Active().HashSecret(text)}
	if err := a.Accounts.PutAccount(ctx, of); err != nil {
		return shownAccount{}, err
	}
	shown, err := a.shown(ctx, of)
	shown.APISecret = made
	return shown, err
}

// freeKey gives the key wanted, or a drawn one, that no account has.
func (a Admin) freeKey(ctx context.Context, wanted string) (account.Key, error) {
	if wanted != "" {
		key, err := known("api_key", wanted)
		if err != nil {
			return 0, err
		}
		free, err := a.isFree(ctx, key)
		if err == nil && !free {
			err = wrong("api_key", "an account has it already")
		}
		return key, err
	}
	for {
		key, err := newKey(a.Random)
		if err != nil {
			return 0, err
		}
		if free, err := a.isFree(ctx, key); err != nil || free {
			return key, err
		}
	}
}

func (a Admin) isFree(ctx context.Context, key account.Key) (bool, error) {
	found, err := a.current(ctx, key)
	return found.Key == 0, err
}

// current returns the account of the key, the zero Account when there is none.
func (a Admin) current(ctx context.Context, key account.Key) (account.Account, error) {
	found, err := a.Accounts.Account(ctx, key)
	if errors.Is(err, account.ErrNotFound) {
		return account.Account{}, nil
	}
	return found, err
}

type showAccount struct{ accountRef }

func (c *showAccount) do(ctx context.Context, a Admin) (any, error) {
	found, err := c.find(ctx, a)
	if err != nil {
		return nil, err
	}
	return a.shown(ctx, found)
}

type rotateAccountSecret struct{ accountRef }

func (c *rotateAccountSecret) do(ctx context.Context, a Admin) (any, error) {
	made, text, err := newSecret(a.Random)
	if err != nil {
		return nil, err
	}
	result, err := c.change(ctx, a, func(of *account.Account) error {
		fresh := a.AccountPeppers.Active().HashSecret(text)
		of.Secrets = append([]account.Hash{fresh}, of.Secrets[:min(1, len(of.Secrets))]...)
		return nil
	})
	return with(result, err, func(s *shownAccount) { s.APISecret = made })
}

// with adds what only this answer holds.
func with(result any, err error, add func(*shownAccount)) (any, error) {
	shown, ok := result.(shownAccount)
	if err != nil || !ok {
		return nil, err
	}
	add(&shown)
	return shown, nil
}

type dropAccountSecret struct{ accountRef }

func (c *dropAccountSecret) do(ctx context.Context, a Admin) (any, error) {
	return c.change(ctx, a, func(of *account.Account) error {
		of.Secrets = of.Secrets[:min(1, len(of.Secrets))]
		return nil
	})
}

type barAccount struct{ accountRef }

func (c *barAccount) do(ctx context.Context, a Admin) (any, error) {
	return c.change(ctx, a, func(of *account.Account) error { of.Barred = true; return nil })
}

type unbarAccount struct{ accountRef }

func (c *unbarAccount) do(ctx context.Context, a Admin) (any, error) {
	return c.change(ctx, a, func(of *account.Account) error { of.Barred = false; return nil })
}
