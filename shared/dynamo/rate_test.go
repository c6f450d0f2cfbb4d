package dynamo_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// wavers is by how much the moment at which a request is counted may differ from the one at which
// it comes (docs/limits.md), in this test.
const wavers = 100 * time.Millisecond

// TestRate offers twice as many requests a second as an account may have, of many processes: no
// second less what that moment wavers by has more that begin, and no second twice as many. Nearly
// as many do begin as may.
func TestRate(t *testing.T) {
	t.Parallel()
	const perSecond, seconds = 30, 20
	terms := standard
	terms.PerSecond = perSecond
	c := customer{accounts: 1, terms: terms, apart: scattered}
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 1)
		var mu sync.Mutex
		var began []time.Time
		m := (&offer{rate: 2 * perSecond, requests: 2 * perSecond * seconds}).send(t.Context(),
			func(ctx context.Context, i int) error {
				arrived := time.Now()
				err := c.request(ctx, f, i)
				if err == nil {
					mu.Lock()
					defer mu.Unlock()
					began = append(began, arrived)
				}
				return err
			})
		fullest, short := fullest(began, time.Second), fullest(began, time.Second-wavers)
		t.Logf("%d began, %d did not; %d in the fullest second", len(began), m.failed, fullest)
		if short > perSecond || fullest > 2*perSecond {
			t.Errorf("%d began in a second that may have %d, %d within %v", fullest, perSecond, short,
				time.Second-wavers)
		}
		if len(began) < perSecond*seconds*8/10 {
			t.Errorf("only %d began in %d seconds", len(began), seconds)
		}
	})
}

// fullest returns how many of the times lie within a stretch at most.
func fullest(all []time.Time, stretch time.Duration) (most int) {
	slices.SortFunc(all, time.Time.Compare)
	first := 0
	for i, at := range all {
		for at.Sub(all[first]) >= stretch {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}
