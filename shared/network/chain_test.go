package network_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"lineproof/shared/fault"
	"lineproof/shared/network"
)

// fixed is a resolver with one answer.
type fixed struct {
	subscriber network.Subscriber
	err        error
	asked      bool
}

func (f *fixed) Resolve(context.Context, network.Connection) (network.Subscriber, error) {
	f.asked = true
	return f.subscriber, f.err
}

func TestChain(t *testing.T) {
	t.Parallel()
	unknown := func() *fixed { return &fixed{err: fmt.Errorf("header: %w", network.ErrUnresolved)} }
	knows := func() *fixed { return &fixed{subscriber: network.Subscriber{AMR: network.NetworkBased}} }
	away := func() *fixed { return &fixed{err: fault.New(fault.Unavailable)} }
	for name, test := range map[string]struct {
		resolvers []*fixed
		asked     int
		err       error
	}{
		"nobody to ask":          {nil, 0, network.ErrUnresolved},
		"nobody knows":           {[]*fixed{unknown(), unknown()}, 2, network.ErrUnresolved},
		"the first wins":         {[]*fixed{knows(), away()}, 1, nil},
		"the second wins":        {[]*fixed{unknown(), knows(), away()}, 2, nil},
		"a failure ends it":      {[]*fixed{away(), knows()}, 1, fault.New(fault.Unavailable)},
		"a late failure ends it": {[]*fixed{unknown(), away(), knows()}, 2, fault.New(fault.Unavailable)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var chain network.Chain
			for _, r := range test.resolvers {
				chain = append(chain, r)
			}
			got, err := chain.Resolve(t.Context(), network.Connection{})
			if !errors.Is(err, test.err) || (err == nil) != (got.AMR == network.NetworkBased) {
				t.Errorf("got %v, %v", got, err)
			}
			for i, r := range test.resolvers {
				if r.asked != (i < test.asked) {
					t.Errorf("resolver %d asked: %v", i, r.asked)
				}
			}
		})
	}
}
