package dynamo

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/account"
)

// The attributes of accounts and ledgers.
const (
	accountID       = "accountID"
	accountRecord   = "accountRecord"
	accountRevision = "accountRevision"

	freeAmount    = "freeAmount"
	heldAmount    = "heldAmount"
	chargedAmount = "chargedAmount"
	rateWindow    = "rateWindow"
	dailyWindow   = "dailyWindow"
	spendWindow   = "spendWindow"
)

// Accounts is an account.Accounts and an account.Registry. Records stand in one table and ledgers
// in another, so that the functions that move money cannot write secrets. A record is an item of
// accountID, accountRecord, its JSON, and accountRevision.
type Accounts struct {
	api              TransactAPI
	records, ledgers string
}

// NewAccounts gives the store in the named tables. Whoever only authenticates needs no ledgers.
func NewAccounts(api TransactAPI, records, ledgers string) *Accounts {
	return &Accounts{api, records, ledgers}
}

// accountKey names an account, in either table.
type accountKey account.Key

func (k accountKey) item() item { return item{accountID: text(account.Key(k).String())} }

// Account gives the account of the key, or account.ErrNotFound: half a read unit.
func (s *Accounts) Account(ctx context.Context, k account.Key) (account.Account, error) {
	out, err := s.api.GetItem(
		ctx, &dynamodb.GetItemInput{TableName: &s.records, Key: accountKey(k).item()},
	)
	if err != nil {
		return account.Account{}, failed("read account", err)
	}
	if len(out.Item) == 0 {
		return account.Account{}, account.ErrNotFound
	}
	return decodeAccount(out.Item)
}

// PutAccount writes an account on the condition that nobody has since it was read.
func (s *Accounts) PutAccount(ctx context.Context, a account.Account) error {
	it, err := encodeAccount(a)
	if err != nil {
		return err
	}
	stands, err := replace(ctx, s.api, "put account", s.records, it, accountRevision, a.Revision)
	if len(stands) == 0 {
		return err
	}
	other, err := decodeAccount(stands)
	if err == nil {
		_, err = a.After(other)
	}
	return err
}

// TopUp adds an amount to the free budget in one transaction with the payment's name, which is
// taken once.
func (s *Accounts) TopUp(ctx context.Context, k account.Key, amount int64, payment string) error {
	name := types.TransactWriteItem{Put: &types.Put{
		TableName: &s.ledgers, Item: item{accountID: text(k.String() + "#" + payment)},
		ConditionExpression: aws.String("attribute_not_exists(" + accountID + ")"),
	}}
	e := newExpression()
	e.add(freeAmount, amount)
	err := carryOut(ctx, "top up account", writeAll(s.api), func() ([]write, error) {
		return []write{
			{
				op: name, learn: func(item) error { return nil },
				judge: func() error { return errWritten },
			},
			{op: e.update(s.ledgers, accountKey(k).item())},
		}, nil
	})
	if errors.Is(err, errWritten) {
		return nil
	}
	return err
}

// Ledger gives the money of the account.
func (s *Accounts) Ledger(ctx context.Context, k account.Key) (account.Ledger, error) {
	out, err := s.api.GetItem(
		ctx,
		&dynamodb.GetItemInput{
			TableName:      &s.ledgers,
			Key:            accountKey(k).item(),
			ConsistentRead: aws.Bool(true),
		},
	)
	if err != nil {
		return account.Ledger{}, failed("read ledger", err)
	}
	d := &decoder{item: out.Item}
	l := account.Ledger{
		Free:    d.integer(freeAmount),
		Held:    d.integer(heldAmount),
		Charged: d.integer(chargedAmount),
	}
	return l, d.err()
}
