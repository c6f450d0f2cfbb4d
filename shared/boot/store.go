package boot

import (
	"context"
	"net/netip"
	"time"

	"lineproof/shared/dynamo"
	"lineproof/shared/grant"
	"lineproof/shared/network"
	"lineproof/shared/oauth"
	"lineproof/shared/secrets"
)

// The variables that name tables.
const (
	grantsTable   = "GRANTS_TABLE"
	replaysTable  = "REPLAYS_TABLE"
	clientsTable  = "CLIENTS_TABLE"
	sessionsTable = "SESSIONS_TABLE"
	keySetsTable  = "KEY_SETS_TABLE"
)

// The IAM actions of the stores' methods.
const (
	get    = "dynamodb:GetItem"
	put    = "dynamodb:PutItem"
	update = "dynamodb:UpdateItem"
	query  = "dynamodb:Query"
)

// warmTimeout bounds the first read; a store that is slower has a cold first request and nothing
// worse.
const warmTimeout = time.Second

// nobody is a key under which nothing stands, for the first read.
const nobody = "-"

// ClientStore gives the registered clients, each kept for a minute.
func (e *Env) ClientStore() grant.ClientStore {
	store := dynamo.NewClients(e.database(), e.table(clientsTable, get))
	e.warm(func(ctx context.Context) error { _, err := store.Client(ctx, nobody); return err })
	if e.plan.clients == nil {
		e.plan.clients = grant.NewCachedClients(store, clientsKept, e.Now)
	}
	return e.plan.clients
}

// ReplayStore remembers single-use identifiers.
func (e *Env) ReplayStore() grant.ReplayStore {
	return dynamo.NewReplays(e.database(), e.table(replaysTable, put), e.Random())
}

// Grants keeps grants, for the endpoint that issues tokens.
func (e *Env) Grants() grant.Store { return e.grants(put, update) }

// GrantCreator takes new grants, for the endpoints that begin them.
func (e *Env) GrantCreator() oauth.GrantCreator { return e.grants(put) }

// GrantReader reads grants.
func (e *Env) GrantReader() oauth.GrantReader { return e.grants(get) }

// GrantRevoker ends grants, for the endpoint that revokes tokens.
func (e *Env) GrantRevoker() oauth.GrantRevoker { return e.grants(update) }

// UseStore keeps grants, for the endpoints that tokens open.
func (e *Env) UseStore() grant.UseStore {
	store := e.grants(get, update)
	e.warm(func(ctx context.Context) error { _, err := store.Grant(ctx, nobody); return err })
	return store
}

func (e *Env) grants(actions ...string) *dynamo.Grants {
	return dynamo.NewGrants(e.database(), e.table(grantsTable, actions...), e.Random())
}

// Directory looks up mobile sessions.
func (e *Env) Directory() network.Directory {
	store := dynamo.NewSessions(e.database(), e.table(sessionsTable, query), 0)
	e.warm(func(ctx context.Context) error {
		_, err := store.Session(ctx, netip.AddrPortFrom(netip.IPv4Unspecified(), 0), e.Now())
		return err
	})
	return store
}

// published gives where the public half of our keys stands.
func (e *Env) published() secrets.Source {
	table := e.table(keySetsTable, get)
	if e.plan.published == nil {
		e.plan.published = dynamo.NewKeySets(e.database(), table)
	}
	return e.plan.published
}

// MaxSession is how long a mobile session lasts without a new record.
func (e *Env) MaxSession() time.Duration { return setting(e, sessionMinutesVariable, parseSession) }

// Registry records mobile sessions.
func (e *Env) Registry() network.Registry {
	return dynamo.NewSessions(e.database(), e.table(sessionsTable, put), e.MaxSession())
}

func (e *Env) table(variable string, actions ...string) string {
	return read(e, resource(variable, actions...), parseTable)
}

// warm keeps the first read that the function is allowed; one opens the connection for all.
func (e *Env) warm(first func(context.Context) error) {
	if e.plan.warm == nil && !e.plan.sealed {
		e.plan.warm = first
	}
}

// database gives the one client of all tables.
func (e *Env) database() dynamo.TransactAPI {
	if e.plan.database == nil {
		e.plan.database = dynamo.NewClient(e.plan.aws(databaseEndpoint))
	}
	return e.plan.database
}
