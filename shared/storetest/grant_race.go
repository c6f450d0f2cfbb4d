package storetest

import (
	"errors"
	"testing"
	"time"

	"lineproof/shared/grant"
)

func grantRaces(t *testing.T, open OpenGrants) {
	s, u := open(t)
	ctx := t.Context()
	t.Run("put", func(t *testing.T) {
		id := unique()
		wantOneWinner(t, grant.ErrRefused, func(int) error {
			g := authorized()
			g.ID = id
			return s.Put(ctx, g)
		})
	})
	t.Run("redeem", func(t *testing.T) {
		r := redemptionOf(put(t, s, authorized()))
		wantOneWinner(t, grant.ErrRefused, func(int) error {
			_, err := s.Redeem(ctx, r)
			return err
		})
	})
	t.Run("poll", func(t *testing.T) {
		g := put(t, s, pending())
		wantOneWinner(t, grant.ErrRefused, func(i int) error {
			next := g.NextPoll.Add(time.Duration(i+1) * time.Second)
			_, err := s.Poll(ctx, grant.Poll{ID: g.ID, Was: g.NextPoll, Interval: time.Second, NextPoll: next})
			return err
		})
	})
	t.Run("rotate", func(t *testing.T) {
		g := put(t, s, issued())
		wantOneWinner(t, grant.ErrRefused, func(int) error {
			_, err := s.Rotate(ctx, g.ID, g.Client, g.Generation, now)
			return err
		})
	})
	t.Run("use", func(t *testing.T) {
		g := put(t, s, issued())
		wantOneWinner(t, grant.ErrRefused, func(int) error {
			_, err := u.Use(ctx, g.ID, now)
			return err
		})
	})
	t.Run("use against revoke", func(t *testing.T) { useAgainstRevoke(t, s, u) })
	t.Run("redeem against poll", func(t *testing.T) { redeemAgainstPoll(t, s, u) })
}

// useAgainstRevoke lets one caller revoke what all others use: the grant ends revoked, used at most
// once before.
func useAgainstRevoke(t *testing.T, s grant.Store, u grant.UseStore) {
	g := put(t, s, issued())
	won := race(t, grant.ErrRefused, func(i int) error {
		if i == racers/2 {
			return errors.Join(s.Revoke(t.Context(), g.ID), grant.ErrRefused) // it counts as no winner
		}
		_, err := u.Use(t.Context(), g.ID, now)
		return err
	})
	if won > 1 {
		t.Errorf("used %d times", won)
	}
	g.State = grant.Revoked
	wantStored(t, u, g)
}

// redeemAgainstPoll lets half the callers redeem what the others poll: one redeems, and a poll
// never undoes it.
func redeemAgainstPoll(t *testing.T, s grant.Store, u grant.UseStore) {
	g := put(t, s, pending())
	r := redemptionOf(g)
	won := race(t, grant.ErrRefused, func(i int) error {
		if i%2 == 0 {
			_, err := s.Redeem(t.Context(), r)
			return err
		}
		_, err := s.Poll(t.Context(), grant.Poll{ID: g.ID, Was: g.NextPoll, Interval: time.Second, NextPoll: g.NextPoll.Add(time.Second)})
		return errors.Join(err, grant.ErrRefused)
	})
	if won != 1 {
		t.Errorf("redeemed %d times", won)
	}
	got, err := u.Grant(t.Context(), g.ID)
	if err != nil || got.State != grant.Issued {
		t.Errorf("the grant stands %s (%v), want issued", got.State, err)
	}
}

// unusableGrants asks for grants by identifiers that name none: each answer is the ordinary one.
func unusableGrants(t *testing.T, open OpenGrants) {
	s, u := open(t)
	for name, id := range unusable() {
		t.Run(name, func(t *testing.T) {
			refused := func(got grant.Grant, err error) {
				t.Helper()
				if !errors.Is(err, grant.ErrRefused) {
					t.Errorf("gave %v, want ErrRefused", err)
				}
				wantGrant(t, got, grant.Grant{})
			}
			refused(s.Redeem(t.Context(), grant.Redemption{ID: id, Now: now, Expires: now}))
			refused(s.Poll(t.Context(), grant.Poll{ID: id}))
			refused(s.Rotate(t.Context(), id, "", 0, now))
			refused(u.Use(t.Context(), id, now))
			if _, err := u.Grant(t.Context(), id); !errors.Is(err, grant.ErrNotFound) {
				t.Errorf("gave %v, want ErrNotFound", err)
			}
			if err := s.Revoke(t.Context(), id); err != nil {
				t.Errorf("revoke no grant: %v", err)
			}
		})
	}
}
