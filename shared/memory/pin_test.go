package memory_test

import (
	"testing"

	"lineproof/shared/memory"
	"lineproof/shared/storetest"
)

func TestPins(t *testing.T) {
	t.Parallel()
	accounts := memory.NewAccounts()
	storetest.Pins(t, memory.NewVerifications(accounts), accounts)
}

func TestDenials(t *testing.T) {
	t.Parallel()
	accounts := memory.NewAccounts()
	storetest.Denials(t, memory.NewVerifications(accounts), accounts)
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	storetest.Accounts(t, memory.NewAccounts())
}

func TestStrays(t *testing.T) {
	t.Parallel()
	accounts := memory.NewAccounts()
	pins := memory.NewVerifications(accounts)
	storetest.Strays(t, pins, pins, accounts)
}
