package grant_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
)

func TestRedirectsOnlyByteForByte(t *testing.T) {
	t.Parallel()
	client := grant.Client{RedirectURIs: []string{"https://client.example/cb?a=1", "http://127.0.0.1/cb"}}
	for uri, want := range map[string]bool{
		"https://client.example/cb?a=1":         true,
		"http://127.0.0.1/cb":                   true,
		"":                                      false,
		"https://client.example/cb":             false,
		"https://client.example/cb?a=1&b=2":     false,
		"https://client.example/cb?a=1#":        false,
		"https://client.example/cb/?a=1":        false,
		"https://client.example:443/cb?a=1":     false,
		"https://CLIENT.example/cb?a=1":         false,
		"https://client.example/%63b?a=1":       false,
		"https://user@client.example/cb?a=1":    false,
		"http://127.0.0.1/cb ":                  false,
		"https://client.example/x/../cb?a=1":    false,
		"https://client.example.evil.test/cb":   false,
		"https://client.example/cb?a=1\nX: y":   false,
		"https://client.example\\@evil.test/cb": false,
	} {
		if got := client.Redirects(uri); got != want {
			t.Errorf("%q redirects: %v", uri, got)
		}
	}
	if (grant.Client{RedirectURIs: []string{""}}).Redirects("") {
		t.Error("nothing redirects")
	}
}

func TestLoopbackRedirectsWithAnyPort(t *testing.T) {
	t.Parallel()
	client := grant.Client{RedirectURIs: []string{
		"http://127.0.0.1:3000/cb?a=1", "http://127.0.0.1/plain", "http://[::1]:3000/cb", "http://localhost:3000/cb",
		"http://192.0.2.1:3000/cb", "https://127.0.0.1:3000/cb", "http://127.0.0.2/cb",
	}}
	for uri, want := range map[string]bool{
		"http://127.0.0.1:3000/cb?a=1":           true,
		"http://127.0.0.1:51004/cb?a=1":          true,
		"http://127.0.0.1/cb?a=1":                true,
		"http://127.0.0.1:8080/plain":            true,
		"http://[::1]:1/cb":                      true,
		"http://[::1]/cb":                        true,
		"http://127.0.0.2:9/cb":                  true,
		"http://localhost:3000/cb":               true,
		"http://localhost:3001/cb":               false,
		"http://192.0.2.1:3001/cb":               false,
		"https://127.0.0.1:3001/cb":              false,
		"http://127.0.0.1:3001/cb":               false,
		"http://127.0.0.1:3001/cb?a=2":           false,
		"http://127.0.0.1:3001/cb?a=1#f":         false,
		"http://127.0.0.1:3001/other?a=1":        false,
		"http://127.0.0.1:65536/cb?a=1":          false,
		"http://127.0.0.1:/cb?a=1":               false,
		"http://127.0.0.1:+1/cb?a=1":             false,
		"http://127.0.0.1:80@evil.test/cb?a=1":   false,
		"http://u@127.0.0.1:80/cb?a=1":           false,
		"http://127.0.0.1:80\\@evil.test/cb?a=1": false,
		"http://127.0.0.1.evil.test:80/cb?a=1":   false,
		"http://127.1:80/cb?a=1":                 false,
		"http://[::1%25lo]:80/cb":                false,
		"http://[0:0:0:0:0:0:0:1]:80/cb":         false,
		"http://[::ffff:127.0.0.1]:80/cb?a=1":    false,
		"http://::1:80/cb":                       false,
		"HTTP://127.0.0.1:80/cb?a=1":             false,
	} {
		if got := client.Redirects(uri); got != want {
			t.Errorf("%q redirects: %v", uri, got)
		}
	}
}

func TestIDTokensAreSignedAsRegistered(t *testing.T) {
	t.Parallel()
	for registered, want := range map[string]string{"": "RS256", "RS256": "RS256", "ES256": "ES256"} {
		if got := (grant.Client{IDTokenAlg: registered}).SignsWith(); got != want {
			t.Errorf("a client with %q signs with %s", registered, got)
		}
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	client := grant.Client{ID: "a", SecretHash: grant.HashSecret(mac("pepper"), "a", "secret")}
	other := grant.Client{ID: "b", SecretHash: client.SecretHash}
	for name, test := range map[string]struct {
		client grant.Client
		pepper string
		secret string
		want   bool
	}{
		"the secret":           {client, "pepper", "secret", true},
		"another":              {client, "pepper", "Secret", false},
		"none":                 {client, "pepper", "", false},
		"another pepper":       {client, "salt", "secret", false},
		"another client":       {other, "pepper", "secret", false},
		"a client without":     {grant.Client{ID: "a"}, "pepper", "secret", false},
		"a client without any": {grant.Client{ID: "a"}, "pepper", "", false},
	} {
		if got := test.client.HasSecret(mac(test.pepper), test.secret); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestAllowsAndAuthenticated(t *testing.T) {
	t.Parallel()
	client := grant.Client{Types: []grant.Type{grant.AuthorizationCode}}
	if !client.Allows(grant.AuthorizationCode) || client.Allows(grant.CIBA) || client.Allows("") {
		t.Error("Allows tells wrongly")
	}
	for amr, want := range map[grant.AMR]bool{"nba": true, "sba": true, "": false, "sms": false, "NBA": false} {
		if got := (grant.Grant{AMR: amr}).Authenticated(); got != want {
			t.Errorf("%q authenticated: %v", amr, got)
		}
	}
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	if p := grant.StandardPolicy; p.Lifetime != 300*time.Second || !p.SingleUse || p.RefreshLifetime != 0 {
		t.Errorf("CAMARA's policy is %+v", p)
	}
	if p := grant.KoneraPolicy; p.Lifetime != 3600*time.Second || p.SingleUse || p.RefreshLifetime != 720*time.Hour {
		t.Errorf("Konera's policy is %+v", p)
	}
}

// registry is a grant.ClientStore that counts how often it is asked.
type registry struct {
	mu      sync.Mutex
	asked   int
	clients map[string]grant.Client
	err     error
}

func (r *registry) Client(_ context.Context, id string) (grant.Client, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	if client, ok := r.clients[id]; ok || r.err != nil {
		return client, r.err
	}
	return grant.Client{}, grant.ErrNotFound
}

func TestCachedClients(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	store := &registry{clients: map[string]grant.Client{"a": {ID: "a", Sector: "old"}}}
	cache := grant.NewCachedClients(store, time.Minute, func() time.Time { return now })
	ask := func(id, sector string, asked int, want error) {
		t.Helper()
		got, err := cache.Client(t.Context(), id)
		if got.Sector != sector || !errors.Is(err, want) || store.asked != asked {
			t.Errorf("%s: %+v, %v after %d questions", id, got, err, store.asked)
		}
	}
	ask("a", "old", 1, nil)
	store.clients["a"] = grant.Client{ID: "a", Sector: "new"}
	now = now.Add(time.Minute - 1)
	ask("a", "old", 1, nil)
	now = now.Add(1)
	ask("a", "new", 2, nil)
	ask("b", "", 3, grant.ErrNotFound)
	store.clients["b"] = grant.Client{ID: "b", Sector: "late"}
	ask("b", "late", 4, nil)
	store.err = fault.New(fault.Unavailable)
	ask("c", "", 5, fault.New(fault.Unavailable))
	ask("a", "new", 5, nil)
}

func TestCachedClientsAreBounded(t *testing.T) {
	t.Parallel()
	store := &registry{clients: map[string]grant.Client{}}
	for i := range 3000 {
		id := strconv.Itoa(i)
		store.clients[id] = grant.Client{ID: id}
	}
	cache := grant.NewCachedClients(store, time.Hour, time.Now)
	var all sync.WaitGroup
	for id := range store.clients {
		all.Go(func() {
			if got, err := cache.Client(t.Context(), id); err != nil || got.ID != id {
				t.Errorf("%s: %+v, %v", id, got, err)
			}
		})
	}
	all.Wait()
	store.err = errors.New("away")
	kept := 0
	for id := range store.clients {
		if _, err := cache.Client(t.Context(), id); err == nil {
			kept++
		}
	}
	if kept > 1024 || kept == 0 {
		t.Errorf("%d clients are kept", kept)
	}
}
