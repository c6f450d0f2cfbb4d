package memory_test

import (
	"testing"

	"lineproof/shared/memory"
	"lineproof/shared/storetest"
)

func TestPins(t *testing.T) {
	t.Parallel()
	accounts := memory.NewAccounts()
	storetest.Pins(t, memory.NewPins(accounts), accounts)
}

func TestDenials(t *testing.T) {
	t.Parallel()
	accounts := memory.NewAccounts()
	storetest.Denials(t, memory.NewPins(accounts), accounts)
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	storetest.Accounts(t, memory.NewAccounts())
}

func TestStrays(t *testing.T) {
	t.Parallel()
	accounts := memory.NewAccounts()
	pins := memory.NewPins(accounts)
	storetest.Strays(t, pins, pins, accounts)
}
