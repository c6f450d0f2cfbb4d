package boot

import "lineproof/shared/dynamo"

// AccountRegistry keeps accounts and their ledgers, read where all writes have arrived.
func (e *Env) AccountRegistry() *dynamo.Accounts {
	return dynamo.NewAccounts(
		dynamo.Consistent(e.database()),
		e.table(accountsTable, get, put),
		e.table(ledgersTable, get, put, update),
	)
}

// ClientRegistry keeps registered clients, read in the same way.
func (e *Env) ClientRegistry() *dynamo.Clients {
	return dynamo.NewClients(dynamo.Consistent(e.database()), e.table(clientsTable, get, put))
}

// ClientRoll lists the registered clients.
func (e *Env) ClientRoll() *dynamo.ClientRoll {
	return dynamo.NewClientRoll(
		dynamo.NewClient(e.plan.aws(databaseEndpoint)), e.table(clientsTable, scan),
	)
}

// SessionRegistry keeps mobile sessions.
func (e *Env) SessionRegistry() *dynamo.Sessions {
	return dynamo.NewSessions(e.database(), e.table(sessionsTable, put, query), e.MaxSession())
}
