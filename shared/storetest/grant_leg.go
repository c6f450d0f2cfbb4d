package storetest

import (
	"testing"
	"time"

	"lineproof/shared/grant"
	"lineproof/shared/phone"
)

// away gives a grant whose subscriber is at an upstream.
func away() grant.Grant {
	g := authorized()
	g.State, g.Number, g.AMR = grant.Sent, phone.Number{}, ""
	return g
}

// landingOf gives what lands g.
func landingOf(g grant.Grant) grant.Landing {
	return grant.Landing{ID: g.ID, Secret: g.Secret, Upstream: g.Upstream, Now: now}
}

func authorizationOf(g grant.Grant) grant.Authorization {
	return grant.Authorization{
		ID: g.ID, Secret: []byte(unique()), Kept: []byte(unique()), AMR: grant.NetworkBased,
		Now: now, Expires: now.Add(30 * time.Second),
	}
}

// legs takes subscribers to an upstream and back.
func legs(t *testing.T, open OpenGrants) {
	s, u := open(t)
	ctx := t.Context()
	t.Run("a whole life", func(t *testing.T) {
		g := put(t, s, away())
		got, err := s.Land(ctx, landingOf(g))
		g.State = grant.Landed
		wantDecided(t, u, got, err, g)
		a := authorizationOf(g)
		got, err = s.Authorize(ctx, a)
		g.State, g.Secret, g.Kept, g.AMR = grant.Authorized, a.Secret, a.Kept, a.AMR
		g.Leg, g.AuthTime, g.Expires = grant.Leg{}, now, a.Expires
		wantDecided(t, u, got, err, g)
		r := redemptionOf(g)
		got, err = s.Redeem(ctx, r)
		g = redeemed(g, r)
		wantDecided(t, u, got, err, g)
		got, err = u.Use(ctx, g.ID, now)
		g.State = grant.Used
		wantDecided(t, u, got, err, g)
	})
	for name, change := range map[string]func(*grant.Landing){
		"another state":         func(l *grant.Landing) { l.Secret = []byte("another") },
		"no state":              func(l *grant.Landing) { l.Secret = nil },
		"another's callback":    func(l *grant.Landing) { l.Upstream = "other" },
		"nobody's callback":     func(l *grant.Landing) { l.Upstream = "" },
		"too late":              func(l *grant.Landing) { l.Now = now.Add(time.Minute) },
		"another grant's state": func(l *grant.Landing) { l.ID = unique() },
	} {
		t.Run(name, func(t *testing.T) {
			g := put(t, s, away())
			l := landingOf(g)
			change(&l)
			got, err := s.Land(ctx, l)
			if l.ID != g.ID {
				g, l.ID = grant.Grant{}, g.ID
				wantRefusedAlone(t, got, err)
				return
			}
			wantRefused(t, u, got, err, g)
		})
	}
	for _, g := range []grant.Grant{authorized(), issued(), pending(), landed()} {
		t.Run("land what is "+string(g.State), func(t *testing.T) {
			put(t, s, g)
			got, err := s.Land(ctx, landingOf(g))
			wantRefused(t, u, got, err, g)
		})
	}
	for _, g := range []grant.Grant{authorized(), issued(), pending(), away()} {
		t.Run("authorize what is "+string(g.State), func(t *testing.T) {
			put(t, s, g)
			got, err := s.Authorize(ctx, authorizationOf(g))
			wantRefused(t, u, got, err, g)
		})
	}
	for _, g := range []grant.Grant{away(), landed()} {
		t.Run("redeem what is "+string(g.State), func(t *testing.T) {
			put(t, s, g)
			r := redemptionOf(g)
			got, err := s.Redeem(ctx, r)
			wantRefused(t, u, got, err, g)
			got, err = u.Use(ctx, g.ID, now)
			wantRefused(t, u, got, err, g)
		})
	}
	t.Run("race", func(t *testing.T) {
		l := landingOf(put(t, s, away()))
		wantOneWinner(t, grant.ErrRefused, func(int) error {
			_, err := s.Land(ctx, l)
			return err
		})
	})
}

func landed() grant.Grant {
	g := away()
	g.State = grant.Landed
	return g
}

// wantRefusedAlone fails the test unless the write was refused for want of a grant.
func wantRefusedAlone(t *testing.T, got grant.Grant, err error) {
	t.Helper()
	if err == nil || got.ID != "" {
		t.Errorf("a grant that is not there: %+v, %v", got, err)
	}
}
