package network

import (
	"context"
	"time"
)

// Sessions resolves by the operator's directory of sessions: who holds the address, and behind
// carrier NAT the port.
type Sessions struct {
	// Directory is where sessions are looked up.
	Directory Directory
	// Now tells the time.
	Now func() time.Time
}

// Resolve gives the subscriber who holds the connection's address and port, NetworkBased,
// ErrUnresolved when the directory knows no such session, or the directory's error.
func (s Sessions) Resolve(ctx context.Context, c Connection) (Subscriber, error) {
	if !c.Address.IsValid() {
		return Subscriber{}, ErrUnresolved
	}
	session, err := s.Directory.Session(ctx, plainPort(c.Address), s.Now())
	if err != nil {
		return Subscriber{}, err
	}
	return Subscriber{Number: session.Number, AMR: NetworkBased}, nil
}
