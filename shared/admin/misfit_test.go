package admin_test

import (
	"encoding/json"
	"testing"
	"time"

	"lineproof/shared/grant"
	"lineproof/shared/wire"
)

// A client that sends one-time passwords asks in its own name, for nothing that has a subscriber,
// and names the account that pays.
func TestRegisterOTPClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.done(t, create)
	const otp = `"dialect": "otp", "method": "client_secret_basic", `
	for fields, field := range map[string]string{
		otp + `"account": "0000beef"`: "account", otp + `"account": "x"`: "account",
		otp + `"account": "0000cafe", "policy": "standard"`:                                             "policy",
		otp + `"account": "0000cafe", "policy": "konera"`:                                               "policy",
		otp + `"account": "0000cafe", "grant_types": ["authorization_code"]`:                            "grant_types",
		otp + `"account": "0000cafe", "scopes": ["openid"]`:                                             "scopes",
		otp + `"account": "0000cafe", "scopes": ["number-verification:verify"]`:                         "scopes",
		`"dialect": "konera", "account": "0000cafe"`:                                                    "account",
		`"dialect": "konera", "policy": "own"`:                                                          "policy",
		`"dialect": "konera", "grant_types": ["client_credentials"]`:                                    "grant_types",
		`"dialect": "konera", "scopes": ["one-time-password-sms:send-validate"]`:                        "scopes",
		`"dialect": "camara-2", "method": "client_secret_basic", "policy": "own"`:                       "policy",
		`"dialect": "camara-wip", "method": "client_secret_basic", "policy": "konera"`:                  "policy",
		`"dialect": "camara-wip", "method": "client_secret_basic", "grant_types": ["refresh_token"]`:    "grant_types",
		`"dialect": "camara-2", "method": "client_secret_basic", "grant_types": ["client_credentials"]`: "grant_types",
	} {
		w.refused(t, register(fields), "invalid field", field)
	}
	w.refused(t, `{"command": "register-client", "dialect": "otp", "method": "client_secret_basic"}`, "missing field", "account")
	made := w.done(t, `{"command": "register-client", "client_id": "shop", "account": "0000CAFE", "dialect": "otp", "method": "client_secret_basic"}`)
	c := w.client(t, "shop")
	if c.Account != "0000cafe" || c.Policy != grant.OwnPolicy || len(c.Types) != 1 || c.Types[0] != grant.ClientCredentials ||
		made["account"] != "0000cafe" || made["client_secret"] == nil {
		t.Errorf("registered %+v, shown as %v", c, made)
	}
	if _, err := c.Scope("dpv:FraudPreventionAndDetection " + wire.ClientScopes()[0]); err != nil {
		t.Error(err)
	}
	w.refused(t, `{"command": "replace-client", "client_id": "shop", "dialect": "otp", "method": "client_secret_basic"}`, "missing field", "account")
}

// What former builds registered is listed, with the fields that would be refused today.
func TestCheckClients(t *testing.T) {
	t.Parallel()
	for name, w := range map[string]*world{"memory": newWorld(t), "tables": inDynamoDB(t)} {
		w.done(t, create)
		w.done(t, register(`"client_id": "good", "dialect": "camara-2", "method": "client_secret_basic"`))
		w.done(t, register(`"client_id": "konera", "dialect": "konera"`))
		w.done(t, register(`"client_id": "otp", "dialect": "otp", "account": "0000cafe", "method": "client_secret_basic"`))
		short := grant.Policy{Lifetime: time.Minute, SingleUse: true}
		standard := []grant.Type{grant.AuthorizationCode}
		for _, c := range []grant.Client{
			{ID: "short", Wire: "camara-wip", Policy: short, Types: standard},
			{ID: "refreshes", Wire: "camara-2", Policy: grant.Policy{Lifetime: 300 * time.Second, SingleUse: true, RefreshLifetime: time.Hour}, Types: standard},
			{ID: "reuses", Wire: "camara-wip", Policy: grant.KoneraPolicy, Types: []grant.Type{grant.RefreshToken}},
			{ID: "lasts", Wire: "camara-2", Policy: grant.Policy{Lifetime: 301 * time.Second, SingleUse: true}, Types: standard},
			{ID: "asks", Wire: "camara-2", Policy: grant.StandardPolicy, Types: []grant.Type{grant.RefreshToken}},
			{ID: "pays", Wire: "vonage", Policy: grant.StandardPolicy, Account: "0000cafe"},
			{ID: "owes", Wire: "otp", Policy: grant.OwnPolicy},
			{ID: "nobody", Wire: "camara-9", Policy: grant.StandardPolicy},
		} {
			if err := w.Clients.Put(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		listed, _ := json.Marshal(w.done(t, `{"command": "check-clients"}`)["clients"])
		const want = `[{"client_id":"asks","dialect":"camara-2","wrong":["grant_types"]},` +
			`{"client_id":"lasts","dialect":"camara-2","wrong":["policy"]},` +
			`{"client_id":"refreshes","dialect":"camara-2","wrong":["policy"]},` +
			`{"client_id":"nobody","dialect":"camara-9","wrong":["dialect"]},` +
			`{"client_id":"reuses","dialect":"camara-wip","wrong":["policy"]},` +
			`{"client_id":"owes","dialect":"otp","wrong":["account"]},` +
			`{"client_id":"pays","dialect":"vonage","wrong":["account"]}]`
		if string(listed) != want {
			t.Errorf("%s: lists\n%s, want\n%s", name, listed, want)
		}
	}
	w := newWorld(t)
	if got, _ := json.Marshal(w.done(t, `{"command": "check-clients"}`)); string(got) != `{"clients":[]}` {
		t.Errorf("of none it lists %s", got)
	}
}
