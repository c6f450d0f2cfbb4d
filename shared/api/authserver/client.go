package authserver

import (
	"context"

	"lineproof/shared/grant"
	"lineproof/shared/web"
)

// noted has the log name the client that a request is of, whatever becomes of the request: one that
// is registered, for any other name is a caller's own words.
type noted struct{ grant.ClientStore }

// Client returns the client registered as id, or grant.ErrNotFound.
func (n noted) Client(ctx context.Context, id string) (grant.Client, error) {
	client, err := n.ClientStore.Client(ctx, id)
	if err == nil {
		web.Note(ctx, "client", client.ID)
	}
	return client, err
}
