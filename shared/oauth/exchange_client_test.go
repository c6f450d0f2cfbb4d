package oauth_test

import (
	"bytes"
	"net/url"
	"testing"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/keyring"
	"lineproof/shared/memory"
	"lineproof/shared/oauth"
	"lineproof/shared/token"
)

const (
	issuer    = "https://api.example"
	ownScope  = "passwords:send"
	lineScope = "number:verify"
)

var noon = time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC)

// newExchange returns a token endpoint of one key with the client registered.
func newExchange(t *testing.T, c grant.Client) (oauth.Exchange, token.Issuer) {
	t.Helper()
	key, err := token.Generate(token.ES256)
	if err != nil {
		t.Fatal(err)
	}
	pepper := keyring.NewSecret("pepper", []byte("pepper"))
	peppers := keyring.MAC{pepper}
	clients := memory.NewClients()
	c.ID, c.Method = "shop", grant.SecretPost
	c.SecretHash = grant.HashSecret(peppers, c.ID, "secret")
	if err := clients.Put(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return noon }
	signs := token.Issuer{Ring: token.Ring{key}, Name: issuer}
	grants := memory.NewGrants()
	return oauth.Exchange{
		Redeemer: oauth.Redeemer{
			Auth: oauth.ClientAuth{
				Signatures: oauth.Signatures{Issuer: issuer, Replays: memory.NewReplays(), Now: now},
				Clients:    clients, Peppers: peppers,
			},
			Grants: grants, Random: bytes.NewReader(make([]byte, 1024)),
		},
		Issue: oauth.Issuance{Tokens: signs, RefreshKeys: peppers, PairwiseSalt: []byte("salt")},
		Read:  grants, ClientScopes: []string{ownScope},
	}, signs
}

// ownClient may ask for more than what it can have in its own name.
func ownClient() grant.Client {
	return grant.Client{
		Scopes: []string{
			grant.OpenID, grant.OfflineAccess, "dpv:ServiceProvision", "dpv:Marketing", ownScope, lineScope,
		},
		Types: []grant.Type{grant.ClientCredentials}, Policy: grant.OwnPolicy,
	}
}

func asked(pairs ...string) oauth.Request {
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {"shop"}, "client_secret": {"secret"},
	}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return oauth.Request{Form: form, Path: oauth.TokenPath}
}

// TestOwnTokens gives a client a token in its own name, who is its subject, and nothing beside it.
func TestOwnTokens(t *testing.T) {
	t.Parallel()
	for _, scope := range []string{
		ownScope, " dpv:ServiceProvision  " + ownScope, "dpv:ServiceProvision#" + ownScope,
	} {
		e, signs := newExchange(t, ownClient())
		got, err := e.Tokens(t.Context(), asked("scope", scope))
		if err != nil || got.Refresh != "" || got.ID != "" || got.Lifetime != 10*time.Minute {
			t.Fatalf("%q: %+v, %v", scope, got, err)
		}
		access, err := signs.VerifyAccess(got.Access, noon.Add(10*time.Minute-time.Second))
		if err != nil || !access.Own() || access.Client != "shop" || access.SingleUse ||
			access.Scope != got.Scope || !grant.ParseScope(access.Scope).Opens([]string{ownScope}) {
			t.Errorf("%q: %+v, %v", scope, access, err)
		}
		_, err = signs.VerifyAccess(got.Access, noon.Add(10*time.Minute))
		if !fault.Is(err, fault.ExpiredCredentials) {
			t.Errorf("%q: after its time: %v", scope, err)
		}
	}
}

// TestOwnTokensAreRefused refuses scopes that have a subscriber, none at all, and clients that may
// not ask.
func TestOwnTokensAreRefused(t *testing.T) {
	t.Parallel()
	for scope, want := range map[string]fault.Kind{
		"": fault.InvalidScope, "dpv:ServiceProvision": fault.InvalidScope, "passwords": fault.InvalidScope,
		lineScope: fault.InvalidScope, ownScope + " " + lineScope: fault.InvalidScope,
		ownScope + " openid": fault.InvalidScope, ownScope + " offline_access": fault.InvalidScope,
		"dpv:ServiceProvision dpv:Marketing " + ownScope: fault.InvalidScope,
	} {
		e, _ := newExchange(t, ownClient())
		if got, err := e.Tokens(t.Context(), asked("scope", scope)); !fault.Is(err, want) {
			t.Errorf("%q: %+v, %v", scope, got, err)
		}
	}
	e, _ := newExchange(t, ownClient())
	_, err := e.Tokens(t.Context(), asked("scope", ownScope, "client_secret", "wrong"))
	if !fault.Is(err, fault.InvalidClient) {
		t.Errorf("with a wrong secret: %v", err)
	}
	other := ownClient()
	other.Types = []grant.Type{grant.AuthorizationCode}
	e, _ = newExchange(t, other)
	if _, err := e.Tokens(t.Context(), asked("scope", ownScope)); !fault.Is(err, fault.UnauthorizedClient) {
		t.Errorf("of a client that may not: %v", err)
	}
	needs := ownClient()
	needs.RequirePurpose = true
	e, _ = newExchange(t, needs)
	if _, err := e.Tokens(t.Context(), asked("scope", ownScope)); !fault.Is(err, fault.InvalidScope) {
		t.Errorf("without the purpose that it must name: %v", err)
	}
}

// TestOwnTokensOpenNothingOfASubscriber holds either kind of token to its operations, whatever the
// scope says.
func TestOwnTokensOpenNothingOfASubscriber(t *testing.T) {
	t.Parallel()
	e, signs := newExchange(t, ownClient())
	bearers := oauth.Bearers{Tokens: signs, Clients: e.Auth.Clients, Now: e.Auth.Now}
	made := func(subject string, singleUse bool) string {
		raw, err := signs.Access(token.Access{
			ID: "id", Client: "shop", Subject: subject, Scope: ownScope + " " + lineScope,
			Issued: noon, Expires: noon.Add(time.Minute), SingleUse: singleUse,
		})
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	own, once, often := made("shop", false), made("sub", true), made("sub", false)
	for name, want := range map[string]struct {
		oauth.Wanted
		takes map[string]bool
	}{
		"a client's":   {oauth.Wanted{Scopes: []string{ownScope}, Own: true}, map[string]bool{own: true}},
		"single use":   {oauth.Wanted{Scopes: []string{lineScope}}, map[string]bool{once: true}},
		"any number":   {oauth.Wanted{Scopes: []string{lineScope}, Reusable: true}, map[string]bool{once: true, often: true}},
		"other scopes": {oauth.Wanted{Scopes: []string{"other"}, Own: true}, nil},
	} {
		for _, raw := range []string{own, once, often} {
			access, client, err := bearers.Authenticate(t.Context(), raw, want.Wanted)
			if (err == nil) != want.takes[raw] || err != nil && fault.Of(err).Class() != fault.Forbidden {
				t.Errorf("%s, %+v: %v", name, access, err)
			}
			if err == nil && client.ID != "shop" {
				t.Errorf("%s: the client is %q", name, client.ID)
			}
		}
	}
}

// TestOwnTokensCannotBeRevoked tells so (RFC 7009 §2.2.1), for nothing is stored that could end.
func TestOwnTokensCannotBeRevoked(t *testing.T) {
	t.Parallel()
	e, signs := newExchange(t, ownClient())
	got, err := e.Tokens(t.Context(), asked("scope", ownScope))
	if err != nil {
		t.Fatal(err)
	}
	v := oauth.Revocation{
		Auth: e.Auth, Tokens: signs, RefreshKeys: e.Issue.RefreshKeys, Grants: memory.NewGrants(),
	}
	if err := v.Revoke(t.Context(), asked("token", got.Access)); !fault.Is(err, fault.UnsupportedTokenType) {
		t.Errorf("revoked: %v", err)
	}
}
