package admin

import (
	"context"
	"slices"

	"lineproof/shared/account"
	"lineproof/shared/phone"
)

type setTerms struct {
	accountRef
	terms
}

func (c *setTerms) do(ctx context.Context, a Admin) (any, error) {
	made, err := c.terms.read()
	if err != nil {
		return nil, err
	}
	return c.change(ctx, a, func(of *account.Account) error { of.Terms = made; return nil })
}

type setSignature struct {
	accountRef
	Method string `json:"method" help:"how it signs: md5hash, md5, sha1, sha256 or sha512; none takes the signature secret away"`
}

var methods = []account.Method{
	account.MD5Hash,
	account.HMACMD5,
	account.HMACSHA1,
	account.HMACSHA256,
	account.HMACSHA512,
}

func (c *setSignature) do(ctx context.Context, a Admin) (any, error) {
	method := account.Method(c.Method)
	switch {
	case c.Method == "":
		return nil, missing("method")
	case c.Method == none:
		return c.change(
			ctx,
			a,
			func(of *account.Account) error { of.Signature, of.Method = nil, ""; return nil },
		)
	case !slices.Contains(methods, method):
		return nil, wrong("method", "it is md5hash, md5, sha1, sha256, sha512 or none")
	}
	made, text, err := newSecret(a.Random)
	if err != nil {
		return nil, err
	}
	result, err := c.change(ctx, a, func(of *account.Account) (err error) {
		of.Method = method
		of.Signature, err = a.sealed(of.Key.String(), text)
		return err
	})
	return with(result, err, func(s *shownAccount) { s.SignatureSecret = made })
}

type setDemo struct {
	accountRef
	Demo    *bool    `json:"demo" help:"whether it may verify only the numbers listed"`
	Numbers []string `json:"numbers" help:"the numbers it may verify, E.164 with or without '+' (with demo alone)"`
}

// maxDemoNumbers keeps an account's record small.
const maxDemoNumbers = 100

func (c *setDemo) do(ctx context.Context, a Admin) (any, error) {
	switch {
	case c.Demo == nil:
		return nil, missing("demo")
	case !*c.Demo && len(c.Numbers) > 0:
		return nil, wrong("numbers", "there is a list only with demo")
	case len(c.Numbers) > maxDemoNumbers:
		return nil, wrong("numbers", "it has at most 100 numbers")
	}
	var hashes []account.Hash
	for _, text := range c.Numbers {
		number, err := phone.ParseOptionalPlus(text)
		if err != nil {
			return nil, wrong("numbers", "each is an E.164 number, with or without '+'")
		}
		hashes = append(hashes, a.AccountPeppers.Active().HashNumber(number.Digits()))
	}
	return c.change(
		ctx,
		a,
		func(of *account.Account) error { of.Demo, of.DemoNumbers = *c.Demo, hashes; return nil },
	)
}

type creditAccount struct {
	accountRef
	Amount  int64  `json:"amount" help:"what is added, in millionths of a euro"`
	Payment string `json:"payment" help:"the payment's name: 1 to 64 letters, digits, '.', '_' and '-'; the same one counts once"`
}

const (
	maxPayment    = 64
	nameAlphabet  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
	amountBounds  = "it is an amount in millionths of a euro, above 0 and at most a million euros"
	paymentBounds = "it has 1 to 64 letters, digits, '.', '_' and '-'"
)

func (c *creditAccount) do(ctx context.Context, a Admin) (any, error) {
	switch {
	case c.Amount <= 0 || c.Amount > maxMoney:
		return nil, wrong("amount", amountBounds)
	case c.Payment == "":
		return nil, missing("payment")
	case len(c.Payment) > maxPayment || !spelt(c.Payment, nameAlphabet):
		return nil, wrong("payment", paymentBounds)
	}
	found, err := c.find(ctx, a)
	if err != nil {
		return nil, err
	}
	if err := a.Accounts.TopUp(ctx, found.Key, c.Amount, c.Payment); err != nil {
		return nil, err
	}
	return a.shown(ctx, found)
}
