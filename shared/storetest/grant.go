package storetest

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"lineproof/shared/grant"
	"lineproof/shared/phone"
)

// GrantStore keeps grants wherever their subscribers are.
type GrantStore interface {
	grant.Store
	grant.LegStore
}

// OpenGrants gives the two faces of a store of grants, which may hold grants of other tests.
type OpenGrants func(t *testing.T) (GrantStore, grant.UseStore)

// Grants holds a store to the promises of grant.Store and grant.UseStore.
func Grants(t *testing.T, open OpenGrants) {
	wantEveryField(t, issued())
	t.Run("put", func(t *testing.T) { t.Parallel(); puts(t, open) })
	t.Run("redeem", func(t *testing.T) { t.Parallel(); redeems(t, open) })
	t.Run("poll", func(t *testing.T) { t.Parallel(); polls(t, open) })
	t.Run("rotate", func(t *testing.T) { t.Parallel(); rotates(t, open) })
	t.Run("revoke", func(t *testing.T) { t.Parallel(); revokes(t, open) })
	t.Run("use", func(t *testing.T) { t.Parallel(); uses(t, open) })
	t.Run("legs", func(t *testing.T) { t.Parallel(); legs(t, open) })
	t.Run("races", func(t *testing.T) { t.Parallel(); grantRaces(t, open) })
	t.Run("unusable ids", func(t *testing.T) { t.Parallel(); unusableGrants(t, open) })
}

// authorized gives a grant with every field set that awaits its code.
func authorized() grant.Grant {
	return grant.Grant{
		ID: unique(), Client: "client-" + unique(), State: grant.Authorized, Type: grant.AuthorizationCode,
		Scope: "openid dpv:FraudPreventionAndDetection number-verification:verify", Number: alice, AMR: grant.NetworkBased,
		Policy: grant.KoneraPolicy, Secret: []byte(unique()), RedirectURI: "https://app.example/callback?tenant=1",
		Upstream: "operator", Kept: []byte(unique()),
		Leg:       grant.Leg{State: unique(), Origin: "198.51.0.0/16"},
		Challenge: unique(), Nonce: unique(), Hint: "198.51.100.7:4242", Interval: 5 * time.Second,
		NextPoll: now.Add(5 * time.Second), AuthTime: now.Add(-time.Second), Expires: now.Add(time.Minute),
	}
}

// issued gives a grant whose tokens are out.
func issued() grant.Grant {
	g := authorized()
	g.State, g.Generation = grant.Issued, 1
	return g
}

// pending gives a grant that awaits the identification of its subscriber.
func pending() grant.Grant {
	g := authorized()
	g.State, g.Type, g.Number, g.AMR = grant.Pending, grant.CIBA, phone.Number{}, ""
	return g
}

// redemptionOf gives what redeems g.
func redemptionOf(g grant.Grant) grant.Redemption {
	return grant.Redemption{
		ID: g.ID, From: g.State, Client: g.Client, Secret: g.Secret, RedirectURI: g.RedirectURI, Challenge: g.Challenge,
		Now: now, Expires: now.Add(time.Hour), Generation: 1,
	}
}

func put(t *testing.T, s grant.Store, g grant.Grant) grant.Grant {
	t.Helper()
	if err := s.Put(t.Context(), g); err != nil {
		t.Fatalf("put grant: %v", err)
	}
	return g
}

// wantStored fails the test unless the store holds exactly want.
func wantStored(t *testing.T, u grant.UseStore, want grant.Grant) {
	t.Helper()
	got, err := u.Grant(t.Context(), want.ID)
	if err != nil {
		t.Fatalf("read grant: %v", err)
	}
	wantGrant(t, got, want)
}

func wantGrant(t *testing.T, got, want grant.Grant) {
	t.Helper()
	if !reflect.DeepEqual(got, want) || got.Number != want.Number {
		t.Errorf("the grant stands as\n%+v, want\n%+v", got, want)
	}
}

// wantDecided fails the test unless the write succeeded, gave want and left it in the store.
func wantDecided(t *testing.T, u grant.UseStore, got grant.Grant, err error, want grant.Grant) {
	t.Helper()
	if err != nil {
		t.Fatalf("refused: %v", err)
	}
	wantGrant(t, got, want)
	wantStored(t, u, want)
}

// wantRefused fails the test unless the write was refused, gave the grant as it stands and changed
// nothing.
func wantRefused(t *testing.T, u grant.UseStore, got grant.Grant, err error, stands grant.Grant) {
	t.Helper()
	if !errors.Is(err, grant.ErrRefused) {
		t.Fatalf("gave %v, want ErrRefused", err)
	}
	wantGrant(t, got, stands)
	wantStored(t, u, stands)
}
