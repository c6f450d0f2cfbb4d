package admin_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lineproof/shared/admin"
	"lineproof/shared/outbound"
	"lineproof/shared/token"
	"lineproof/shared/upstream"
)

// examiner reaches this machine.
func (w *world) examiner() upstream.Examiner {
	here := outbound.Options{Loopback: true}
	return upstream.Examiner{
		Calls: upstream.Calls{Client: outbound.NewClient(here), Now: func() time.Time { return w.now }, Random: zeros{}},
		Reach: func(ctx context.Context, address string) error { return outbound.Reach(ctx, here, address) },
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// stored returns the secret of that name.
func (w *world) stored(t *testing.T, name string) upstream.Secret {
	t.Helper()
	s, err := w.secrets.Secret(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (w *world) published(t *testing.T) []string {
	t.Helper()
	all, err := w.Upstreams.Upstreams(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{}
	for _, k := range upstream.Published(all, w.now) {
		ids = append(ids, k.ID)
	}
	return ids
}

func kidOf(t *testing.T, shown map[string]any) string {
	t.Helper()
	jwk, _ := shown["jwk"].(map[string]any)
	kid, _ := jwk["kid"].(string)
	if kid == "" || jwk["d"] != nil {
		t.Fatalf("shown is %v", shown)
	}
	return kid
}

const putSigner = `{"command": "put-upstream", "name": "signer", "profile": "camara", "client_id": "ours",
	"authorization_endpoint": "https://a.example/authorize", "token_endpoint": "https://a.example/token",
	"verify_url": "https://a.example/verify"`

// A secret is put by the upstream's name and never shown; a record that is put again keeps it.
func TestSetUpstreamSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.done(t, putOperator+`}`)
	answer := w.done(t, `{"command": "set-upstream-secret", "name": "operator", "client_id": "new", "client_secret": "canary"}`)
	if answer["secret"] != "operator" || answer["client_id"] != "new" || w.stored(t, "operator").Text != "canary" {
		t.Errorf("answered %v", answer)
	}
	w.done(t, putOperator+`, "countries": ["GB"]}`)
	shown := w.done(t, `{"command": "show-upstream", "name": "operator"}`)
	if shown["secret"] != "operator" || shown["client_id"] != "ours" {
		t.Errorf("put again, it is %v", shown)
	}
	if told := fmt.Sprint(answer, shown) + w.log.String(); strings.Contains(told, "canary") {
		t.Errorf("it is told: %s", told)
	}
}

// A key is made from nothing, published at once, and taken the place of by any other secret.
func TestMadeKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.done(t, putSigner+`}`)
	const set = `{"command": "set-upstream-secret", "name": "signer"`
	shown := w.done(t, set+`}`)
	kid := kidOf(t, shown)
	if got := w.published(t); !slices.Equal(got, []string{kid}) || !w.stored(t, "signer").Keys.Has(kid) ||
		shown["jwks_uri"] != "https://us.example/oauth2/jwks" || shown["signs_from"] != "2030-01-02T03:04:05Z" {
		t.Errorf("published are %v of %v", got, shown)
	}
	w.done(t, putSigner+`, "countries": ["GB"]}`)
	if got := w.published(t); !slices.Equal(got, []string{kid}) {
		t.Errorf("put again, it has %v", got)
	}
	own, err := token.Generate(token.RS256)
	if err != nil {
		t.Fatal(err)
	}
	var set1 struct{ Keys []json.RawMessage }
	if err := json.Unmarshal(token.Ring{own}.PrivateJWKS(), &set1); err != nil {
		t.Fatal(err)
	}
	brought := w.done(t, set+`, "private_jwk": `+string(set1.Keys[0])+`}`)
	if got := w.published(t); len(got) != 0 || kidOf(t, brought) != own.ID || brought["jwks_uri"] != nil || !strings.HasPrefix(fmt.Sprint(brought["public_key"]), "-----BEGIN PUBLIC KEY-----") {
		t.Errorf("published are %v, shown is %v", got, brought)
	}
}

// The next key is published a day before it signs, whoever asks how often; who asks for it now has
// it sign.
func TestRotateUpstreamKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.done(t, putSigner+`}`)
	const rotate = `{"command": "rotate-upstream-key", "name": "signer"`
	w.refused(t, rotate+`}`, "invalid field", "name")
	first := kidOf(t, w.done(t, `{"command": "set-upstream-secret", "name": "signer"}`))
	shown := w.done(t, rotate+`}`)
	second := kidOf(t, shown)
	if got := w.published(t); !slices.Equal(got, []string{second, first}) || shown["signs_from"] != "2030-01-03T03:04:05Z" {
		t.Errorf("published are %v, shown is %v", got, shown)
	}
	w.refused(t, rotate+`}`, "invalid field", "now")
	if got := w.stored(t, "signer"); len(got.Keys) != 2 {
		t.Errorf("%d keys are held", len(got.Keys))
	}
	now := w.done(t, rotate+`, "now": true}`)
	if kidOf(t, now) != second || now["signs_from"] != "2030-01-02T03:04:05Z" {
		t.Errorf("now it is %v", now)
	}
	w.now = w.now.Add(24 * time.Hour)
	third := kidOf(t, w.done(t, rotate+`}`))
	if got := w.published(t); !slices.Equal(got, []string{third, second}) || len(w.stored(t, "signer").Keys) != 2 {
		t.Errorf("a day later published are %v", got)
	}
	keys, _ := w.done(t, `{"command": "show-upstream", "name": "signer"}`)["keys"].([]any)
	if len(keys) != 2 {
		t.Errorf("shown are %v", keys)
	}
	if w.done(t, `{"command": "end-upstream", "name": "signer"}`); len(w.published(t)) != 0 {
		t.Error("ended, it is published")
	}
}

// An application's key is made for its provider's form, is not published, and does not rotate.
func TestApplicationOfAnUpstream(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.done(t, `{"command": "put-upstream", "name": "verifier", "profile": "vonage-v2", "client_id": "app"}`)
	shown := w.done(t, `{"command": "set-upstream-secret", "name": "verifier"}`)
	if kid := kidOf(t, shown); len(w.published(t)) != 0 || w.stored(t, "verifier").Keys[0].Alg != "RS256" || kid == "" ||
		!strings.HasPrefix(fmt.Sprint(shown["public_key"]), "-----BEGIN PUBLIC KEY-----") {
		t.Errorf("shown is %v", shown)
	}
	w.refused(t, `{"command": "rotate-upstream-key", "name": "verifier"}`, "invalid field", "name")
}

// What an upstream cannot be authenticated to by is not put.
func TestSecretsThatDoNotFit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Loopback = true
	w.done(t, putOperator+`}`)
	w.done(t, putSigner+`}`)
	w.done(t, `{"command": "put-upstream", "name": "nokia", "profile": "nokia",
		"authorization_endpoint": "https://a.example/authorize", "token_endpoint": "https://a.example/token", "verify_url": "http://127.0.0.1:1/verify"}`)
	w.done(t, strings.Replace(putSigner, `"signer"`, `"twin", "secret": "signer"`, 1)+`}`)
	for command, field := range map[string][2]string{
		`"name": "nobody"`:   {"not found", "name"},
		`"name": "operator"`: {"missing field", "client_secret"},
		`"name": "operator", "private_jwk": {"kty": "EC"}`:                               {"invalid field", "private_jwk"},
		`"name": "operator", "api_key": "k"`:                                             {"invalid field", "api_key"},
		`"name": "operator", "client_id": "x"`:                                           {"invalid field", "client_id"},
		`"name": "operator", "client_secret": "a", "api_key": "canary"`:                  {"invalid field", "api_key"},
		`"name": "operator", "client_secret": "canary\n"`:                                {"invalid field", "client_secret"},
		`"name": "operator", "client_secret": "` + strings.Repeat("canary", 12000) + `"`: {"invalid field", "client_secret"},
		`"name": "signer", "client_secret": "canary"`:                                    {"invalid field", "client_secret"},
		`"name": "signer", "private_jwk": {"kty": "canary"}`:                             {"invalid field", "name"},
		`"name": "signer"`:                          {"invalid field", "name"},
		`"name": "nokia"`:                           {"missing field", "api_key"},
		`"name": "nokia", "client_secret": "x"`:     {"missing field", "api_key"},
		`"name": "nokia", "api_key": "canary"`:      {"invalid field", "api_key"},
		`"name": "nokia", "api_key": "canary\nfoo"`: {"invalid field", "api_key"},
	} {
		w.refused(t, `{"command": "set-upstream-secret", `+command+`}`, field[0], field[1])
	}
	w.refused(t, `{"command": "rotate-upstream-key", "name": "signer"}`, "invalid field", "name")
	if strings.Contains(w.log.String(), "canary") {
		t.Error("the log tells")
	}
	if text, _, _ := w.secrets.Open(t.Context()); string(text) != "{}" {
		t.Errorf("stored is %s", text)
	}
}

// A provider's platform tells client and secret for its API key, which the record and the secret
// keep.
func TestPlatformsTellTheClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Loopback = true
	market := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-RapidAPI-Key") != "an-api-key" {
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(rw, `{"client_id":"told","client_secret":"canary"}`)
	}))
	t.Cleanup(market.Close)
	put := `{"command": "put-upstream", "name": "nokia", "profile": "nokia", "authorization_endpoint": "https://a.example/authorize",
		"token_endpoint": "https://a.example/token", "verify_url": "` + market.URL + `/verify"}`
	w.done(t, put)
	w.refused(t, `{"command": "set-upstream-secret", "name": "nokia", "api_key": "another"}`, "invalid field", "api_key")
	answer := w.done(t, `{"command": "set-upstream-secret", "name": "nokia", "api_key": "an-api-key"}`)
	if s := w.stored(t, "nokia"); answer["client_id"] != "told" || s.Text != "canary" || s.APIKey != "an-api-key" || strings.Contains(fmt.Sprint(answer), "canary") {
		t.Errorf("answered %v", answer)
	}
	if again := w.done(t, put); again["client_id"] != "told" {
		t.Errorf("put again it is %v", again)
	}
}

// beside has another administrator write between reading the secrets and replacing them.
type beside struct {
	admin.UpstreamSecrets
	between func()
}

func (b *beside) Open(ctx context.Context) ([]byte, func(context.Context, []byte) error, error) {
	text, replace, err := b.UpstreamSecrets.Open(ctx)
	if between := b.between; between != nil {
		b.between = nil
		between()
	}
	return text, replace, err
}

// Two who put the secrets of two upstreams at once put both; of two who change one upstream, one is
// refused and has changed nothing of it.
func TestSecretsPutAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.done(t, putOperator+`}`)
	w.done(t, putSigner+`}`)
	other := *w
	const put = `{"command": "set-upstream-secret", "name": "operator", "client_secret": "first"}`
	w.UpstreamSecrets = &beside{w.secrets, func() { other.done(t, `{"command": "set-upstream-secret", "name": "signer"}`) }}
	w.done(t, put)
	if w.stored(t, "operator").Text != "first" || len(w.stored(t, "signer").Keys) != 1 {
		t.Error("one of two got lost")
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	done := map[string]int{}
	for range 20 {
		all.Go(func() {
			one := newWorld(t)
			one.Upstreams, one.UpstreamSecrets, one.secrets = other.Upstreams, other.secrets, other.secrets
			r := one.ask(t, `{"command": "rotate-upstream-key", "name": "signer"}`)
			mu.Lock()
			defer mu.Unlock()
			if r.Error == nil {
				done["done"]++
			} else {
				done[r.Error.Kind]++
			}
		})
	}
	all.Wait()
	if done["done"] != 1 || len(w.stored(t, "signer").Keys) != 2 || len(w.published(t)) != 2 {
		t.Errorf("answers %v, %d keys, published %v", done, len(w.stored(t, "signer").Keys), w.published(t))
	}
}

// An upstream is tried as it stands, and told what it is, without its secret and its words.
func TestTestUpstream(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Loopback = true
	calls := 0
	provider := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		calls++
		if r.URL.Path != "/token" || r.Method != http.MethodPost {
			t.Errorf("%s %s was asked for", r.Method, r.URL)
		}
		rw.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(rw, `{"error":"invalid_client","error_description":"canary"}`)
	}))
	t.Cleanup(provider.Close)
	w.done(t, strings.ReplaceAll(putOperator, "https://a.example", provider.URL)+`, "amr": "nba", "default": true}`)
	w.done(t, `{"command": "set-upstream-secret", "name": "operator", "client_secret": "canary"}`)
	tested := w.done(t, `{"command": "test-upstream", "name": "operator"}`)
	if tested["ready"] != false || tested["redirect_uri"] != "https://us.example/oauth2/callback/operator" || calls != 1 {
		t.Errorf("found %v after %d calls", tested, calls)
	}
	if told := fmt.Sprint(tested) + w.log.String(); strings.Contains(told, "canary") || !strings.Contains(told, "invalid_client") {
		t.Errorf("it tells %s", told)
	}
	w.refused(t, `{"command": "test-upstream", "name": "nobody"}`, "not found", "name")
}
