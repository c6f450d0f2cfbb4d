package admin_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lineproof/shared/token"
)

// No answer to the commands about an upstream and no line of theirs holds what we authenticate with
// there, or what the upstream wrote, whether a command is done or refused.
func TestNothingSecretShowsInCommandsOfUpstreams(t *testing.T) {
	t.Parallel()
	key, err := token.Generate(token.ES256)
	if err != nil {
		t.Fatal(err)
	}
	var brought struct{ Keys []json.RawMessage }
	var private struct{ D string }
	if json.Unmarshal(token.Ring{key}.PrivateJWKS(), &brought) != nil || json.Unmarshal(brought.Keys[0], &private) != nil || private.D == "" {
		t.Fatal("the key has no private half")
	}
	const market = "canary-key"
	for name, provider := range map[string]http.HandlerFunc{
		"refuses":  func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusUnauthorized) },
		"takes":    func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusOK) },
		"breaks":   func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusInternalServerError) },
		"redirect": func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusFound) },
	} {
		w := newWorld(t)
		w.Loopback = true
		at := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Location", "https://canary-text.example")
			if r.URL.Path != "/oauth2/v1/auth/clientcredentials" || r.Header.Get("X-Rapidapi-Key") != market {
				provider(rw, r)
			}
			_, _ = io.WriteString(rw, `{"client_id":"told","client_secret":"canary-told","error":"canary-text","error_description":"canary-text",
				"issuer":"canary-text","access_token":"canary-text"}`)
		}))
		t.Cleanup(at.Close)
		var told strings.Builder
		for _, put := range []string{putOperator, putSigner, strings.NewReplacer("signer", "market", "camara", "nokia").Replace(putSigner)} {
			w.done(t, strings.ReplaceAll(put, "https://a.example", at.URL)+`, "issuer": "`+at.URL+`", "amr": "nba"}`)
		}
		for _, command := range []string{
			`"set-upstream-secret", "name": "operator", "client_secret": "canary-secret"`,
			`"set-upstream-secret", "name": "operator", "client_secret": "canary-secret\u0000"`,
			`"set-upstream-secret", "name": "operator", "client_secret": {"canary-secret": 1}`,
			`"set-upstream-secret", "name": "signer", "client_secret": "canary-secret"`,
			`"set-upstream-secret", "name": "signer", "private_jwk": "canary-secret"`,
			`"set-upstream-secret", "name": "signer", "private_jwk": ` + string(brought.Keys[0]),
			`"rotate-upstream-key", "name": "signer"`,
			`"set-upstream-secret", "name": "signer"`,
			`"rotate-upstream-key", "name": "signer"`,
			`"rotate-upstream-key", "name": "signer", "now": true`,
			`"set-upstream-secret", "name": "market", "api_key": "canary-wrong"`,
			`"set-upstream-secret", "name": "market", "api_key": "` + market + `"`,
			`"set-upstream-secret", "name": "nobody", "client_secret": "canary-secret"`,
			`"test-upstream", "name": "operator"`, `"test-upstream", "name": "signer"`, `"test-upstream", "name": "market"`,
			`"show-upstream", "name": "operator"`, `"show-upstream", "name": "signer"`, `"show-upstream", "name": "market"`,
			`"list-upstreams"`, `"canary-secret"`,
		} {
			told.Write(w.Do(t.Context(), []byte(`{"command": `+command+`}`)))
		}
		secrets := []string{"canary-secret", "canary-wrong", "canary-told", "canary-text", market, private.D}
		kept, _, _ := w.secrets.Open(t.Context())
		for _, k := range w.stored(t, "signer").Keys {
			var set struct{ Keys []struct{ D string } }
			if err := json.Unmarshal(token.Ring{k}.PrivateJWKS(), &set); err != nil {
				t.Fatal(err)
			}
			secrets = append(secrets, set.Keys[0].D)
		}
		if len(secrets) < 8 || !strings.Contains(string(kept), "canary-secret") || !strings.Contains(string(kept), market) {
			t.Errorf("%s: kept are %d keys", name, len(secrets)-6)
		}
		records, err := w.Upstreams.Upstreams(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for where, text := range map[string]string{"answers": told.String(), "log": w.log.String(), "records": fmt.Sprintf("%+v", records)} {
			for _, secret := range secrets {
				if strings.Contains(text, secret) {
					t.Errorf("%s: %q is in the %s:\n%s", name, secret, where, text)
				}
			}
		}
	}
}
