package admin_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"lineproof/shared/admin"
	"lineproof/shared/grant"
	"lineproof/shared/token"
	"lineproof/shared/wire"
)

// keySets are public keys of each algorithm, made once.
var keySets = func() map[string]string {
	sets := map[string]string{}
	for _, alg := range []string{token.ES256, token.RS256} {
		key, err := token.Generate(alg)
		if err != nil {
			panic(err)
		}
		sets[alg] = string(token.Ring{key}.JWKS())
		sets["private "+alg] = string(token.Ring{key}.PrivateJWKS())
	}
	return sets
}()

// register gives a registration with these fields beside the redirect URI.
func register(fields string) string {
	return `{"command": "register-client", "redirect_uris": ["https://a.example/cb"], ` + fields + `}`
}

func (w *world) client(t *testing.T, id string) grant.Client {
	t.Helper()
	c, err := w.clients.Client(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Every wire of number verification has a preset, whose client may ask for what opens the wire's
// operations.
func TestPresetsOpenTheirDialect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, own := range wire.Wires() {
		if len(own.Number.VerifyScopes) == 0 {
			continue
		}
		alg := token.ES256
		if own.Name == "vonage" {
			alg = token.RS256
		}
		made := w.done(t, register(`"dialect": "`+own.Name+`", "jwks": `+keySets[alg]))
		c := w.client(t, made["client_id"].(string))
		for _, opens := range [][]string{own.Number.VerifyScopes, own.Number.ShareScopes} {
			if len(opens) > 0 && !grant.ParseScope(strings.Join(c.Scopes, " ")).Opens(opens) {
				t.Errorf("a client of %s cannot ask for any of %v", own.Name, opens)
			}
		}
		if _, err := c.Scope(strings.Join(c.Scopes, " ")); err != nil {
			t.Errorf("%s: %v", own.Name, err)
		}
		if c.Wire != own.Name || c.Policy.Lifetime == 0 || len(c.Types) < 3 || c.Sandbox {
			t.Errorf("%s: %+v", own.Name, c)
		}
	}
}

func TestPresetsHaveAWire(t *testing.T) {
	t.Parallel()
	for _, name := range admin.Dialects() {
		if !slices.ContainsFunc(wire.Wires(), func(w *wire.Wire) bool {
			version, isOTP := strings.CutPrefix(w.Name, "otp-") // whose versions have clients in common
			return w.Name == name || isOTP && version != "" && name == "otp"
		}) {
			t.Errorf("no wire is called %s", name)
		}
	}
}

func TestRegisterClientWithEverything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.done(t, `{"command": "register-client", "client_id": "shop", "dialect": "konera", "jwks": `+keySets[token.RS256]+`,
		"redirect_uris": ["https://shop.example/cb?a=b", "http://127.0.0.1:3000/cb", "http://[::1]:3000/cb"], "method": "client_secret_post",
		"scopes": ["openid", "dpv:Marketing", "number-verification:verify"], "grant_types": ["authorization_code", "refresh_token"],
		"policy": "konera", "require_pkce": false, "require_purpose": false, "sector": "shop.example", "id_token_alg": "ES256", "sandbox": true, "address_lookups": 100}`)
	c := w.client(t, "shop")
	if !c.HasSecret(w.ClientPeppers, made["client_secret"].(string)) || len(made["client_secret"].(string)) != 32 {
		t.Error("the secret is not the client's")
	}
	c.SecretHash, c.JWKS = nil, nil
	want := grant.Client{
		ID: "shop", Wire: "konera", Method: grant.SecretPost,
		RedirectURIs: []string{"https://shop.example/cb?a=b", "http://127.0.0.1:3000/cb", "http://[::1]:3000/cb"},
		Scopes:       []string{"openid", "dpv:Marketing", "number-verification:verify"},
		Types:        []grant.Type{grant.AuthorizationCode, grant.RefreshToken}, Policy: grant.KoneraPolicy,
		Sector: "shop.example", IDTokenAlg: "ES256", Sandbox: true, AddressLookups: 100,
		Revision: 1,
	}
	if got, _ := json.Marshal(c); string(got) != string(must(json.Marshal(want))) {
		t.Errorf("registered %s", got)
	}
	shown := w.done(t, `{"command": "show-client", "client_id": "shop"}`)
	if shown["client_secret"] != nil || shown["policy"].(map[string]any)["refresh_seconds"] != 2592000.0 || shown["jwks"] == nil ||
		shown["id_token_alg"] != "ES256" || shown["address_lookups"] != 100.0 {
		t.Errorf("shown as %v", shown)
	}
	for name := range shown {
		if strings.Contains(name, "hash") {
			t.Errorf("%s is shown", name)
		}
	}
}

func TestRegistrationsAreValidated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.done(t, register(`"client_id": "taken", "dialect": "konera"`))
	basic := `"dialect": "camara-2", "method": "client_secret_basic", `
	for fields, field := range map[string]string{
		`"dialect": "camara-9"`: "dialect",
		`"dialect": "camara-2", "method": "none", "jwks": ` + keySets[token.ES256]:                 "method",
		basic + `"client_id": "taken"`:                                                             "client_id",
		basic + `"client_id": "a b"`:                                                               "client_id",
		basic + `"client_id": "@silent-auth"`:                                                      "client_id", // of our own grants
		basic + `"client_id": "` + strings.Repeat("a", 65) + `"`:                                   "client_id",
		basic + `"scopes": ["a b"]`:                                                                "scopes",
		basic + `"scopes": [""]`:                                                                   "scopes",
		basic + `"scopes": ["openid", "openid"]`:                                                   "scopes",
		basic + `"scopes": ["dpv:X#number-verification:verify"]`:                                   "scopes",
		basic + `"scopes": ["openid"], "require_purpose": true`:                                    "scopes",
		basic + `"grant_types": ["implicit"]`:                                                      "grant_types",
		basic + `"grant_types": ["refresh_token"]`:                                                 "grant_types",
		basic + `"grant_types": ["authorization_code", "authorization_code"]`:                      "grant_types",
		basic + `"policy": "eternal"`:                                                              "policy",
		basic + `"policy": "konera"`:                                                               "policy",
		basic + `"address_lookups": -1`:                                                            "address_lookups",
		basic + `"sector": "https://a.example"`:                                                    "sector",
		basic + `"id_token_alg": "none"`:                                                           "id_token_alg",
		basic + `"jwks": ` + keySets["private "+token.ES256]:                                       "jwks",
		basic + `"jwks": ` + keySets["private "+token.RS256]:                                       "jwks",
		basic + `"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}`:                                  "jwks",
		basic + `"jwks": {"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}`:          "jwks",
		basic + `"jwks": "https://a.example/jwks"`:                                                 "jwks",
		`"dialect": "camara-2", "jwks": {"keys": []}`:                                              "jwks",
		`"dialect": "camara-2", "jwks": {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}]}`: "jwks",
		`"dialect": "vonage", "jwks": ` + keySets[token.ES256]:                                     "jwks",
	} {
		w.refused(t, register(fields), "invalid field", field)
	}
	for fields, field := range map[string]string{
		`"client_id": "x"`:                            "dialect",
		`"dialect": "camara-2"`:                       "jwks",
		`"dialect": "vonage"`:                         "jwks",
		`"dialect": "orange", "jwks": null`:           "jwks",
		basic + `"redirect_uris": []`:                 "redirect_uris",
		basic + `"redirect_uris": null, "jwks": null`: "redirect_uris",
	} {
		w.refused(t, `{"command": "register-client", "redirect_uris": ["https://a.example/cb"], `+fields+`}`, "missing field", field)
	}
	w.done(t, `{"command": "register-client", `+basic+`"grant_types": ["urn:openid:params:grant-type:ciba"]}`)
}

func TestRedirectURIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for uri, good := range map[string]bool{
		"https://a.example/cb": true, "https://a.example": true, "https://a.example:8443/cb?x=1": true, "http://127.0.0.1/cb": true,
		"http://127.0.0.1:3000/cb": true, "http://[::1]:3000/cb": true,
		"http://a.example/cb": false, "http://localhost:3000/cb": false, "https://a.example/cb#f": false, "https://a.example/#": false,
		"https://u@a.example/": false, "https://*.example/cb": false, "https:///cb": false, "https:a.example": false, "//a.example/cb": false,
		"com.example.app:/cb": false, "javascript:alert(1)": false, "data:text/html,x": false, "": false, "/cb": false, "https://a.example/c b": false,
		`https://a.example\@b.example/`: false, "http://127.0.0.1.b.example/": false, "http://192.168.0.1/cb": false, "HTTPS://": false,
		"https://a.example/\u00e9": false, "https://:443/cb": false,
	} {
		text, _ := json.Marshal([]string{uri})
		r := w.ask(t, `{"command": "register-client", "dialect": "konera", "redirect_uris": `+string(text)+`}`)
		if (r.Error == nil) != good || r.Error != nil && r.Error.Field != "redirect_uris" {
			t.Errorf("%q: %+v", uri, r)
		}
	}
	w.refused(t, `{"command": "register-client", "dialect": "konera", "redirect_uris": ["https://a.example/", "https://a.example/"]}`, "invalid field", "redirect_uris")
}

// A policy of tokens for more than one call is for the dialect alone whose wire takes them; every
// dialect takes the standard one.
func TestPoliciesAreThoseOfTheWire(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, own := range wire.Wires() {
		if len(own.Number.VerifyScopes) == 0 {
			continue
		}
		for policy, taken := range map[string]bool{"konera": own.Number.Reusable, "standard": true} {
			r := w.ask(t, register(`"dialect": "`+own.Name+`", "method": "client_secret_basic", "policy": "`+policy+`"`))
			if (r.Error == nil) != taken || r.Error != nil && r.Error.Field != "policy" {
				t.Errorf("%s with the policy %s: %+v", own.Name, policy, r.Error)
			}
		}
	}
}

// Nobody has the word of a client for an address counted by default, and id_tokens are signed as
// OpenID Connect has it.
func TestWhatPresetsLeaveOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.done(t, create)
	for _, name := range admin.Dialects() {
		fields := `"dialect": "` + name + `", "method": "client_secret_basic"`
		if name == "otp" {
			fields += `, "account": "0000cafe"`
		}
		made := w.done(t, register(fields))
		if made["address_lookups"] != 0.0 || made["id_token_alg"] != "RS256" || made["disabled"] != false {
			t.Errorf("%s: %v", name, made)
		}
	}
}

func TestDisableClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	secret := w.done(t, register(`"client_id": "shop", "dialect": "konera"`))["client_secret"].(string)
	if shown := w.done(t, `{"command": "disable-client", "client_id": "shop"}`); shown["disabled"] != true || !w.client(t, "shop").Disabled {
		t.Errorf("disabled: %v", shown)
	}
	w.done(t, `{"command": "replace-client", "client_id": "shop", "redirect_uris": ["https://b.example/cb"], "dialect": "konera"}`)
	w.done(t, `{"command": "disable-client", "client_id": "shop"}`)
	if !w.client(t, "shop").Disabled {
		t.Error("a change enables a client")
	}
	if shown := w.done(t, `{"command": "enable-client", "client_id": "shop"}`); shown["disabled"] != false {
		t.Errorf("enabled: %v", shown)
	}
	if c := w.client(t, "shop"); c.Disabled || !c.HasSecret(w.ClientPeppers, secret) || !c.Redirects("https://b.example/cb") {
		t.Errorf("the client is now %+v", c)
	}
	w.refused(t, `{"command": "disable-client", "client_id": "other"}`, "not found", "client_id")
}

func TestReplaceClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	secret := w.done(t, register(`"client_id": "shop", "dialect": "konera"`))["client_secret"].(string)
	replace := `{"command": "replace-client", "client_id": "shop", "redirect_uris": ["https://b.example/cb"], `
	if shown := w.done(t, replace+`"dialect": "konera"}`); shown["client_secret"] != nil {
		t.Error("a secret that stays is shown")
	}
	if c := w.client(t, "shop"); !c.HasSecret(w.ClientPeppers, secret) || !c.Redirects("https://b.example/cb") || c.Redirects("https://a.example/cb") {
		t.Errorf("the client is now %+v", c)
	}
	w.refused(t, replace+`"dialect": "konera", "sector": "?"}`, "invalid field", "sector")
	w.done(t, replace+`"dialect": "camara-2", "jwks": `+keySets[token.ES256]+`}`)
	if c := w.client(t, "shop"); len(c.SecretHash) > 0 || c.Method != grant.PrivateKeyJWT {
		t.Error("a client with a key has a secret")
	}
	if shown := w.done(t, replace+`"dialect": "konera"}`); !w.client(t, "shop").HasSecret(w.ClientPeppers, shown["client_secret"].(string)) {
		t.Error("a client without a key has no secret")
	}
	w.refused(t, `{"command": "replace-client", "client_id": "other", "redirect_uris": ["https://b.example/cb"], "dialect": "konera"}`, "not found", "client_id")
}

func TestRotateClientSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := w.done(t, register(`"client_id": "shop", "dialect": "konera"`))["client_secret"].(string)
	young := w.done(t, `{"command": "rotate-client-secret", "client_id": "shop"}`)["client_secret"].(string)
	if c := w.client(t, "shop"); c.HasSecret(w.ClientPeppers, old) || !c.HasSecret(w.ClientPeppers, young) || !c.Redirects("https://a.example/cb") {
		t.Errorf("the client is now %+v", c)
	}
	w.done(t, register(`"client_id": "keyed", "dialect": "camara-2", "jwks": `+keySets[token.ES256]))
	w.refused(t, `{"command": "rotate-client-secret", "client_id": "keyed"}`, "invalid field", "client_id")
}
