package api_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"lineproof/local/assembly"
	"lineproof/shared/token"
	"lineproof/shared/upstream"
	"lineproof/shared/web"
)

// unread is a directory that can be away, and counts how often it is read.
type unread struct {
	upstream.Directory

	away  atomic.Bool
	reads atomic.Int64
}

func (d *unread) Upstreams(ctx context.Context) ([]upstream.Upstream, error) {
	d.reads.Add(1)
	if d.away.Load() {
		return nil, errors.New("canary")
	}
	return d.Directory.Upstreams(ctx)
}

// signing puts an upstream that knows us by a key that was made here, and returns its secret.
func (w *world) signing(name string) upstream.Secret {
	w.t.Helper()
	s, keys, err := upstream.NewKey(token.ES256, w.Now())
	if err == nil {
		err = w.upstreams.Put(w.t.Context(), upstream.Upstream{Name: name, Profile: "camara", Keys: keys})
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func kidsOf(t *testing.T, a answer) []string {
	t.Helper()
	ring, err := token.ParseJWKS([]byte(a.body))
	if err != nil || a.status != http.StatusOK || strings.Contains(a.body, `"d"`) {
		t.Fatalf("%d %s, %v", a.status, a.body, err)
	}
	var ids []string
	for _, k := range ring {
		ids = append(ids, k.ID)
	}
	return ids
}

// The key set has the keys by which upstreams know us beside those of our tokens, by one read more.
// Where they cannot be read the last ones stay, and those of our tokens in any case.
func TestKeySetForUpstreams(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	own := []string{keys()["ours"].ID, keys()["ours-rsa"].ID}
	directory := &unread{Directory: w.upstreams}
	ports := w.ports()
	ports.Stores.Upstreams = directory
	w.handler = web.Router(slog.New(slog.NewJSONHandler(w.log, nil)), assembly.Silent(ports))
	ask := func(what string, seconds string, want ...string) {
		t.Helper()
		before := directory.reads.Load()
		a := w.fetch("/oauth2/jwks")
		if got := kidsOf(t, a); !slices.Equal(got, want) || a.header.Get("Cache-Control") != "public, max-age="+seconds {
			t.Errorf("%s: %v, %s; want %v", what, got, a.header.Get("Cache-Control"), want)
		}
		if n := directory.reads.Load() - before; n != 1 {
			t.Errorf("%s: %d reads", what, n)
		}
	}
	directory.away.Store(true)
	ask("away from the first", "5", own...)
	directory.away.Store(false)
	ask("none", "300", own...)
	a := w.signing("a").Keys[0].ID
	ask("one", "300", append(slices.Clone(own), a)...)
	b := w.signing("b").Keys[0].ID
	if err := w.upstreams.Put(t.Context(), upstream.Upstream{Name: "broken", Keys: []upstream.Key{{ID: "x", JWK: "broken"}}}); err != nil {
		t.Fatal(err)
	}
	twin := token.Ring{keys()["ours"]}[0]
	if err := w.upstreams.Put(t.Context(), upstream.Upstream{Name: "twin", Keys: []upstream.Key{{ID: twin.ID, JWK: string(twin.JWK())}}}); err != nil {
		t.Fatal(err)
	}
	ask("two, and what cannot be", "300", append(slices.Clone(own), a, b)...)
	directory.away.Store(true)
	ask("away again", "300", append(slices.Clone(own), a, b)...)
	if strings.Contains(w.log.String(), "canary") {
		t.Error("the log tells why")
	}
	before := directory.reads.Load()
	if w.fetch("/.well-known/openid-configuration"); directory.reads.Load() != before {
		t.Error("the metadata reads upstreams")
	}
}

// What a key for an upstream signs is no token of ours, though the key is published beside ours.
func TestKeysForUpstreamsSignNoTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	secret := w.signing("a")
	if got := kidsOf(t, w.fetch("/oauth2/jwks")); !slices.Contains(got, secret.Keys[0].ID) {
		t.Fatalf("published are %v", got)
	}
	good := w.accessToken("openid " + purpose + " " + scopeVerify)
	access, err := w.ports().Verifier().VerifyAccess(good, w.Now())
	if err != nil {
		t.Fatal(err)
	}
	forged, err := token.Issuer{Ring: secret.Keys, Name: issuer}.Access(access)
	if err != nil {
		t.Fatal(err)
	}
	if a := w.verify(forged, subscriber); a.status != http.StatusUnauthorized {
		t.Errorf("forged it is answered %d %s", a.status, a.body)
	}
	if a := w.verify(good, subscriber); a.status != http.StatusOK {
		t.Errorf("then ours is answered %d %s", a.status, a.body)
	}
}
