package storetest

import (
	"errors"
	"testing"
	"time"

	"lineproof/shared/grant"
	"lineproof/shared/phone"
)

func polls(t *testing.T, open OpenGrants) {
	s, u := open(t)
	poll := func(g grant.Grant) grant.Poll {
		return grant.Poll{ID: g.ID, Was: g.NextPoll, Interval: g.Interval + 5*time.Second, NextPoll: g.NextPoll.Add(10 * time.Second)}
	}
	t.Run("early", func(t *testing.T) {
		g := put(t, s, pending())
		p := poll(g)
		got, err := s.Poll(t.Context(), p)
		g.Interval, g.NextPoll = p.Interval, p.NextPoll
		wantDecided(t, u, got, err, g)
		got, err = s.Poll(t.Context(), p)
		wantRefused(t, u, got, err, g)
	})
	t.Run("first", func(t *testing.T) {
		g := pending()
		g.Interval, g.NextPoll = 0, time.Time{}
		p := grant.Poll{ID: put(t, s, g).ID, Interval: 5 * time.Second, NextPoll: now}
		got, err := s.Poll(t.Context(), p)
		g.Interval, g.NextPoll = p.Interval, p.NextPoll
		wantDecided(t, u, got, err, g)
	})
	t.Run("taking and putting back", func(t *testing.T) {
		g := pending()
		g.Upstream, g.Kept = "operator", []byte(unique())
		put(t, s, g)
		for _, kept := range [][]byte{nil, []byte(unique())} {
			p := poll(g)
			p.Keeps, p.Kept = true, kept
			got, err := s.Poll(t.Context(), p)
			g.Interval, g.NextPoll, g.Kept = p.Interval, p.NextPoll, p.Kept
			wantDecided(t, u, got, err, g)
		}
		p := poll(g)
		got, err := s.Poll(t.Context(), p)
		g.Interval, g.NextPoll = p.Interval, p.NextPoll
		wantDecided(t, u, got, err, g)
	})
	for name, change := range map[string]func(*grant.Grant, *grant.Poll){
		"authorized": func(g *grant.Grant, _ *grant.Poll) { g.State = grant.Authorized },
		"issued":     func(g *grant.Grant, _ *grant.Poll) { g.State = grant.Issued },
		"used":       func(g *grant.Grant, _ *grant.Poll) { g.State = grant.Used },
		"revoked":    func(g *grant.Grant, _ *grant.Poll) { g.State = grant.Revoked },
		"moved":      func(_ *grant.Grant, p *grant.Poll) { p.Was = p.Was.Add(instant) },
		"not set":    func(_ *grant.Grant, p *grant.Poll) { p.Was = time.Time{} },
	} {
		t.Run("refused: "+name, func(t *testing.T) {
			g := pending()
			p := poll(g)
			change(&g, &p)
			put(t, s, g)
			got, err := s.Poll(t.Context(), p)
			wantRefused(t, u, got, err, g)
		})
	}
}

func rotates(t *testing.T, open OpenGrants) {
	s, u := open(t)
	t.Run("twice", func(t *testing.T) {
		g := put(t, s, issued())
		for range 2 {
			got, err := s.Rotate(t.Context(), g.ID, g.Client, g.Generation, now)
			g.Generation++
			wantDecided(t, u, got, err, g)
		}
	})
	type rotation struct {
		client     string
		generation int
	}
	for name, change := range map[string]func(*grant.Grant, *rotation){
		"pending":              func(g *grant.Grant, _ *rotation) { g.State = grant.Pending },
		"authorized":           func(g *grant.Grant, _ *rotation) { g.State = grant.Authorized },
		"used":                 func(g *grant.Grant, _ *rotation) { g.State = grant.Used },
		"revoked":              func(g *grant.Grant, _ *rotation) { g.State = grant.Revoked },
		"other client":         func(_ *grant.Grant, r *rotation) { r.client = unique() },
		"no client":            func(_ *grant.Grant, r *rotation) { r.client = "" },
		"generation spent":     func(g *grant.Grant, _ *rotation) { g.Generation++ },
		"generation to come":   func(_ *grant.Grant, r *rotation) { r.generation++ },
		"expired this instant": func(g *grant.Grant, _ *rotation) { g.Expires = now },
		"expired days ago":     func(g *grant.Grant, _ *rotation) { g.Expires = now.Add(-48 * time.Hour) },
	} {
		t.Run("refused: "+name, func(t *testing.T) {
			g := issued()
			r := rotation{g.Client, g.Generation}
			change(&g, &r)
			put(t, s, g)
			got, err := s.Rotate(t.Context(), g.ID, r.client, r.generation, now)
			wantRefused(t, u, got, err, g)
		})
	}
}

func revokes(t *testing.T, open OpenGrants) {
	s, u := open(t)
	for _, state := range []grant.State{grant.Pending, grant.Authorized, grant.Issued, grant.Used, grant.Revoked} {
		t.Run(string(state), func(t *testing.T) {
			g := authorized()
			g.State = state
			put(t, s, g)
			if err := s.Revoke(t.Context(), g.ID); err != nil {
				t.Fatalf("revoke grant: %v", err)
			}
			g.State = grant.Revoked
			wantStored(t, u, g)
		})
	}
	t.Run("unknown", func(t *testing.T) {
		id := unique()
		if err := s.Revoke(t.Context(), id); err != nil {
			t.Errorf("revoke no grant: %v", err)
		}
		if _, err := u.Grant(t.Context(), id); !errors.Is(err, grant.ErrNotFound) {
			t.Errorf("revoking no grant left one: %v", err)
		}
	})
}

func uses(t *testing.T, open OpenGrants) {
	s, u := open(t)
	for _, amr := range grant.Accepted {
		t.Run(string(amr), func(t *testing.T) {
			g := issued()
			g.AMR = amr
			put(t, s, g)
			got, err := u.Use(t.Context(), g.ID, g.Expires.Add(-instant))
			g.State = grant.Used
			wantDecided(t, u, got, err, g)
			got, err = u.Use(t.Context(), g.ID, now)
			wantRefused(t, u, got, err, g)
		})
	}
	for name, change := range map[string]func(*grant.Grant){
		"pending":              func(g *grant.Grant) { g.State = grant.Pending },
		"authorized":           func(g *grant.Grant) { g.State = grant.Authorized },
		"used":                 func(g *grant.Grant) { g.State = grant.Used },
		"revoked":              func(g *grant.Grant) { g.State = grant.Revoked },
		"expired this instant": func(g *grant.Grant) { g.Expires = now },
		"expired days ago":     func(g *grant.Grant) { g.Expires = now.Add(-48 * time.Hour) },
		"not authenticated":    func(g *grant.Grant) { g.AMR = "" },
		"by password":          func(g *grant.Grant) { g.AMR = "pwd" },
		"no number": func(g *grant.Grant) {
			g.Number, g.Upstream, g.Leg, g.Kept = phone.Number{}, "", grant.Leg{}, nil
		},
	} {
		t.Run("refused: "+name, func(t *testing.T) {
			g := issued()
			change(&g)
			put(t, s, g)
			got, err := u.Use(t.Context(), g.ID, now)
			wantRefused(t, u, got, err, g)
		})
	}
}
