package boot

import (
	"context"
	"log/slog"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/dynamo"
	"lineproof/shared/secrets"
	"lineproof/shared/verification"
)

// The variables that name the tables of PIN verification.
const (
	accountsTable = "ACCOUNTS_TABLE"
	ledgersTable  = "LEDGERS_TABLE"
	pinsTable     = "PINS_TABLE"
)

const (
	batchGet = "dynamodb:BatchGetItem"
)

// accountsKept is how long an account is not read again, and so how long a change to it may take to
// count.
const accountsKept = time.Minute

// nobodysKey is the api_key of nobody, for the first read.
const nobodysKey account.Key = 0

// Accounts tells whose a call of the Verify API is; each account is kept for a minute.
func (e *Env) Accounts() account.Authenticator {
	store := dynamo.NewAccounts(e.database(), e.table(accountsTable, get), "")
	e.warm(func(ctx context.Context) error { _, err := store.Account(ctx, nobodysKey); return err })
	if e.plan.accounts == nil {
		e.plan.accounts = account.NewCached(store, accountsKept, e.Now)
	}
	return account.Authenticator{Accounts: e.plan.accounts, Peppers: e.AccountPeppers(), Now: e.Now}
}

// AccountPeppers returns the peppers of accounts' secrets.
func (e *Env) AccountPeppers() account.Ring {
	return follow(e, secrets.Peppers, secrets.ParseAs(account.NewPepper))
}

// RequestIDKeys returns the keys that read request_ids, for who neither sends nor checks PINs.
func (e *Env) RequestIDKeys() verification.IDRing {
	return follow(e, secrets.RequestIDs, secrets.ParseAs(verification.NewIDKey))
}

// PINKeys returns the keys from which PINs and request_ids come.
func (e *Env) PINKeys() verification.Ring {
	return follow(e, secrets.PINs, secrets.ParseAs(verification.NewKey))
}

// BeginStore begins verifications, and reads what it has to undo.
func (e *Env) BeginStore() verification.BeginStore {
	pins := e.table(pinsTable, batchGet, put, update)
	return dynamo.NewVerifications(e.database(), pins, e.table(ledgersTable, update), e.Random())
}

// AdmitStore counts what may come to a verification.
func (e *Env) AdmitStore() verification.AdmitStore {
	return dynamo.NewVerifications(e.database(), "", e.table(ledgersTable, update), e.Random())
}

// CheckStore counts codes tried.
func (e *Env) CheckStore() verification.CheckStore { return e.pins(update) }

// ControlStore changes verifications at their owner's wish.
func (e *Env) ControlStore() verification.ControlStore { return e.pins(update) }

// DeviceStore keeps verifications for who proves lines.
func (e *Env) DeviceStore() verification.DeviceStore { return e.pins(batchGet, update) }

// DenialStore keeps the deny list and the blocks of networks.
func (e *Env) DenialStore() verification.DenialStore { return e.pins(update) }

// Finder reads verifications.
func (e *Env) Finder() verification.Finder { return e.pins(batchGet) }

func (e *Env) pins(actions ...string) *dynamo.Verifications {
	return dynamo.NewVerifications(e.database(), e.table(pinsTable, actions...), "", e.Random())
}

// DispatchStore keeps verifications for the dispatcher.
func (e *Env) DispatchStore() verification.DispatchStore {
	pins := e.table(pinsTable, batchGet, update)
	return dynamo.NewVerifications(e.database(), pins, e.table(ledgersTable, update), e.Random())
}

// Log takes what someone should see.
func (e *Env) Log() *slog.Logger { return slog.Default() }
