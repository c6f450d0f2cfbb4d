package network

import (
	"context"
	"errors"
)

// Chain asks resolvers in their order; the first that knows the subscriber wins.
type Chain []Resolver

// Resolve gives the first subscriber that a resolver knows, or ErrUnresolved when none does, with
// what a resolver had to say of it. Any other error ends the search: with a resolver away, a later
// one could name somebody whom the operator prefers to learn otherwise.
func (c Chain) Resolve(ctx context.Context, at Connection) (Subscriber, error) {
	unresolved := ErrUnresolved
	for _, resolver := range c {
		subscriber, err := resolver.Resolve(ctx, at)
		if !errors.Is(err, ErrUnresolved) {
			return subscriber, err
		}
		if errors.Is(err, errBeyond) {
			unresolved = err
		}
	}
	return Subscriber{}, unresolved
}
