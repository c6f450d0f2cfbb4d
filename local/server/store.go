package server

import (
	"context"
	"errors"

	"lineproof/shared/grant"
	"lineproof/shared/memory"
	"lineproof/shared/network"
)

// stores is what the product keeps, and the way to forget it.
type stores struct {
	clients clients
	grants  interface {
		grant.Store
		grant.Uses
	}
	replays  grant.Replays
	sessions interface {
		network.Directory
		network.Registry
	}
	reset func(context.Context) error
}

func inMemory() stores {
	grants, replays, sessions := memory.NewGrants(), memory.NewReplays(), memory.NewSessions()
	return stores{
		clients:  memory.NewClients(),
		grants:   grants,
		replays:  replays,
		sessions: sessions,
		reset: func(context.Context) error {
			grants.Reset()
			replays.Reset()
			sessions.Reset()
			return nil
		},
	}
}

func inDynamoDB(context.Context, string) (stores, error) {
	return stores{}, errors.New("not yet")
}
