package server

import (
	"context"

	"lineproof/local/assembly"
	"lineproof/shared/account"
	"lineproof/shared/admin"
	"lineproof/shared/grant"
	"lineproof/shared/memory"
	"lineproof/shared/network"
	"lineproof/shared/template"
	"lineproof/shared/upstream"
)

// Stores is what the product keeps.
type Stores struct {
	// Clients are those registered; they can be filled.
	Clients Clients
	// Roll tells of each of them.
	Roll admin.Roll
	// Grants keeps grants.
	Grants assembly.Grants
	// Replays remembers what is good once.
	Replays grant.ReplayStore
	// Sessions knows the mobile sessions, and takes more.
	Sessions Sessions
	// Accounts knows the API accounts, and takes more.
	Accounts Accounts
	// PINs keeps PIN verifications.
	PINs assembly.PINs
	// Fallbacks keeps fallbacks.
	Fallbacks assembly.Fallbacks
	// Templates keeps message templates.
	Templates template.Store
	// Upstreams keeps those who verify whom nobody here knows.
	Upstreams upstream.Registry
	// Breakers keeps how they fare.
	Breakers assembly.Breakers
	// Reset forgets everything but clients and accounts.
	Reset func(context.Context) error
}

// Clients is a registry of clients that can be filled.
type Clients interface {
	grant.ClientStore
	Put(ctx context.Context, c grant.Client) error
}

// Sessions is a directory of sessions that can be filled.
type Sessions interface {
	network.Directory
	network.Registry
}

// Accounts is a registry of API accounts that can be filled.
type Accounts interface {
	account.Accounts
	account.Registry
}

// InMemory returns empty stores in this process.
func InMemory() Stores {
	grants, replays, sessions := memory.NewGrants(), memory.NewReplays(), memory.NewSessions()
	accounts := memory.NewAccounts()
	pins, fallbacks := memory.NewVerifications(accounts), memory.NewFallbacks()
	clients, templates := memory.NewClients(), memory.NewTemplates()
	upstreams, breakers := memory.NewUpstreams(), memory.NewBreakers()
	return Stores{
		Clients:   clients,
		Roll:      clients,
		Grants:    grants,
		Replays:   replays,
		Sessions:  sessions,
		Accounts:  accounts,
		PINs:      pins,
		Fallbacks: fallbacks,
		Templates: templates,
		Upstreams: upstreams,
		Breakers:  breakers,
		Reset: func(context.Context) error {
			pins.Reset()
			fallbacks.Reset()
			grants.Reset()
			replays.Reset()
			sessions.Reset()
			templates.Reset()
			upstreams.Reset()
			breakers.Reset()
			return nil
		},
	}
}
