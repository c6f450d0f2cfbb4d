package storetest

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
)

// Registry is what fills a store of clients.
type Registry interface {
	// Put registers c under its ID, in place of who was read there at its revision.
	Put(ctx context.Context, c grant.Client) error
}

// Clients holds a store to the promises of grant.ClientStore.
func Clients(t *testing.T, open func(t *testing.T) (Registry, grant.ClientStore)) {
	every := client()
	every.Revision = 1
	wantEveryField(t, every)
	registry, clients := open(t)
	for name, c := range map[string]grant.Client{
		"every field": client(),
		"no field":    {ID: unique()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantClient(t, registry, clients, c)
		})
	}
	t.Run("replaced", func(t *testing.T) {
		t.Parallel()
		first, second := client(), client()
		second.ID, second.RequirePKCE, second.SecretHash = first.ID, false, nil
		second.Revision = 1
		wantClient(t, registry, clients, first)
		wantClient(t, registry, clients, second)
		for name, stale := range map[string]grant.Client{
			"registered": {ID: first.ID}, "read before": {ID: first.ID, Revision: 1},
			"ahead": {ID: first.ID, Revision: 3},
		} {
			if err := registry.Put(t.Context(), stale); !fault.Is(err, fault.Changed) {
				t.Errorf("%s: written over: %v", name, err)
			}
		}
		second.Revision = 2
		wantStanding(t, clients, second)
	})
	t.Run("race", func(t *testing.T) {
		t.Parallel()
		id := unique()
		wantOneWinner(t, fault.New(fault.Changed), func(i int) error {
			return registry.Put(t.Context(), grant.Client{ID: id, AddressLookups: i + 1})
		})
	})
	for name, id := range unusable() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c, err := clients.Client(t.Context(), id); !errors.Is(err, grant.ErrNotFound) || c.ID != "" {
				t.Errorf("gave %q and %v, want ErrNotFound", c.ID, err)
			}
		})
	}
}

// Roll holds a list of clients to what stands registered.
func Roll(t *testing.T, registry Registry,
	each func(ctx context.Context, take func(grant.Client) error) error) {
	want := map[string]grant.Client{}
	for range 3 {
		c := client()
		if err := registry.Put(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		c.Revision = 1
		want[c.ID] = c
	}
	got := map[string]grant.Client{}
	err := each(t.Context(), func(c grant.Client) error { got[c.ID] = c; return nil })
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("lists %+v, %v; want %+v", got, err, want)
	}
	enough, taken := errors.New("enough"), 0
	err = each(t.Context(), func(grant.Client) error { taken++; return enough })
	if !errors.Is(err, enough) || taken != 1 {
		t.Errorf("after enough, it gave %v and %d", err, taken)
	}
}

// client gives a client with every field set.
func client() grant.Client {
	return grant.Client{
		ID: unique(), Wire: "konera", Method: grant.SecretPost, SecretHash: []byte{0, 255, 1}, JWKS: []byte(`{"keys":[]}`),
		RedirectURIs: []string{"https://app.example/callback", "http://127.0.0.1:8000/"},
		Scopes:       []string{"openid", "dpv:FraudPreventionAndDetection", "number-verification:verify"},
		Types:        []grant.Type{grant.AuthorizationCode, grant.CIBA, grant.RefreshToken},
		RequirePKCE:  true, RequirePurpose: true, Sector: "app.example", IDTokenAlg: "RS256",
		Policy:  grant.Policy{Lifetime: grant.KoneraPolicy.Lifetime, SingleUse: true, RefreshLifetime: grant.KoneraPolicy.RefreshLifetime},
		Sandbox: true, AddressLookups: 25, Disabled: true, Account: "abcd0001",
		StatusURL: "https://app.example/status", Signature: []byte{0, 255}, Outcomes: grant.VonageOutcomes,
		Upstream: "operator",
	}
}

func wantClient(t *testing.T, registry Registry, clients grant.ClientStore, want grant.Client) {
	t.Helper()
	if err := registry.Put(t.Context(), want); err != nil {
		t.Fatalf("put client: %v", err)
	}
	want.Revision++
	wantStanding(t, clients, want)
}

func wantStanding(t *testing.T, clients grant.ClientStore, want grant.Client) {
	t.Helper()
	got, err := clients.Client(t.Context(), want.ID)
	if err != nil {
		t.Fatalf("read client: %v", err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the client reads\n%+v, want\n%+v", got, want)
	}
}
