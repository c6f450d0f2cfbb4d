package storetest

import (
	"errors"
	"testing"
	"time"

	"lineproof/shared/grant"
	"lineproof/shared/network"
)

func puts(t *testing.T, open OpenGrants) {
	s, u := open(t)
	for name, g := range map[string]grant.Grant{
		"every field": issued(),
		"no field":    {ID: unique(), State: grant.Authorized},
	} {
		t.Run(name, func(t *testing.T) { wantStored(t, u, put(t, s, g)) })
	}
	t.Run("taken", func(t *testing.T) {
		first := put(t, s, authorized())
		second := authorized()
		second.ID = first.ID
		if err := s.Put(t.Context(), second); !errors.Is(err, grant.ErrRefused) {
			t.Errorf("gave %v, want ErrRefused", err)
		}
		wantStored(t, u, first)
	})
}

func redeems(t *testing.T, open OpenGrants) {
	s, u := open(t)
	t.Run("a code", func(t *testing.T) {
		g := put(t, s, authorized())
		r := redemptionOf(g)
		got, err := s.Redeem(t.Context(), r)
		wantDecided(t, u, got, err, redeemed(g, r))
		got, err = s.Redeem(t.Context(), r)
		wantRefused(t, u, got, err, redeemed(g, r))
	})
	t.Run("nothing but an id", func(t *testing.T) {
		g := put(t, s, grant.Grant{ID: unique(), State: grant.Authorized, Expires: now.Add(instant)})
		r := grant.Redemption{ID: g.ID, From: grant.Authorized, Now: now, Expires: now.Add(time.Hour)}
		got, err := s.Redeem(t.Context(), r)
		wantDecided(t, u, got, err, redeemed(g, r))
	})
	t.Run("an authorized grant keeps its subscriber", func(t *testing.T) {
		g := put(t, s, authorized())
		r := redemptionOf(g)
		r.Number, r.AMR = bob, grant.SIMBased
		got, err := s.Redeem(t.Context(), r)
		wantDecided(t, u, got, err, redeemed(g, r))
	})
	for name, found := range map[string]network.Subscriber{
		"a pending grant gets its subscriber":                   {Number: bob, AMR: network.SIMBased},
		"a pending grant gets a subscriber without number":      {AMR: network.NetworkBased},
		"a pending grant gets a number that nobody vouched for": {Number: bob},
	} {
		t.Run(name, func(t *testing.T) {
			g := put(t, s, pending())
			r := redemptionOf(g)
			r.Number, r.AMR = found.Number, grant.AMR(found.AMR)
			if found.Number.IsZero() { // of an upstream's, whose answer is kept
				r.Kept = []byte(unique())
			}
			got, err := s.Redeem(t.Context(), r)
			wantDecided(t, u, got, err, redeemed(g, r))
		})
	}
	refusesToRedeem(t, s, u)
}

// redeemed gives g as r leaves it.
func redeemed(g grant.Grant, r grant.Redemption) grant.Grant {
	g.State, g.Expires, g.Generation = grant.Issued, r.Expires, r.Generation
	if r.From == grant.Pending {
		g.Number, g.AMR = r.Number, r.AMR
		if r.Kept != nil {
			g.Kept = r.Kept
		}
	}
	return g
}

func refusesToRedeem(t *testing.T, s grant.Store, u grant.UseStore) {
	for name, change := range map[string]func(*grant.Grant, *grant.Redemption){
		"issued":               func(g *grant.Grant, _ *grant.Redemption) { g.State = grant.Issued },
		"used":                 func(g *grant.Grant, _ *grant.Redemption) { g.State = grant.Used },
		"revoked":              func(g *grant.Grant, _ *grant.Redemption) { g.State = grant.Revoked },
		"expired this instant": func(g *grant.Grant, _ *grant.Redemption) { g.Expires = now },
		"expired days ago":     func(g *grant.Grant, _ *grant.Redemption) { g.Expires = now.Add(-48 * time.Hour) },
		"expires never set":    func(g *grant.Grant, _ *grant.Redemption) { g.Expires = time.Time{} },
		"other client":         func(_ *grant.Grant, r *grant.Redemption) { r.Client = unique() },
		"no client":            func(_ *grant.Grant, r *grant.Redemption) { r.Client = "" },
		"other secret":         func(_ *grant.Grant, r *grant.Redemption) { r.Secret = []byte(unique()) },
		"no secret":            func(_ *grant.Grant, r *grant.Redemption) { r.Secret = nil },
		"secret cut short":     func(_ *grant.Grant, r *grant.Redemption) { r.Secret = r.Secret[:len(r.Secret)-1] },
		"a secret too many":    func(g *grant.Grant, _ *grant.Redemption) { g.Secret = nil },
		"other redirect_uri":   func(_ *grant.Grant, r *grant.Redemption) { r.RedirectURI += "/" },
		"no redirect_uri":      func(_ *grant.Grant, r *grant.Redemption) { r.RedirectURI = "" },
		"redirect_uri too many": func(g *grant.Grant, _ *grant.Redemption) {
			g.RedirectURI = ""
		},
		"other challenge":         func(_ *grant.Grant, r *grant.Redemption) { r.Challenge = unique() },
		"no challenge":            func(_ *grant.Grant, r *grant.Redemption) { r.Challenge = "" },
		"a challenge too many":    func(g *grant.Grant, _ *grant.Redemption) { g.Challenge = "" },
		"pending, not authorized": func(g *grant.Grant, _ *grant.Redemption) { g.State = grant.Pending },
		"authorized, not pending": func(_ *grant.Grant, r *grant.Redemption) { r.From = grant.Pending },
		"from issued":             func(g *grant.Grant, r *grant.Redemption) { g.State, r.From = grant.Issued, grant.Issued },
		"from no state":           func(_ *grant.Grant, r *grant.Redemption) { r.From = "" },
	} {
		t.Run("refused: "+name, func(t *testing.T) {
			g := authorized()
			r := redemptionOf(g)
			change(&g, &r)
			put(t, s, g)
			got, err := s.Redeem(t.Context(), r)
			wantRefused(t, u, got, err, g)
		})
	}
}
