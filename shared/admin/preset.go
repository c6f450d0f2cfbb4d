package admin

import (
	"slices"
	"strings"

	"lineproof/shared/grant"
	"lineproof/shared/wire"
)

// oneTimeDialect is what clients of one-time passwords are registered for, in either version.
const oneTimeDialect = "otp"

// Preset gives what clients of a wire are registered with unless their registration says
// otherwise: method, scopes, grant types, policy, and what is required of their requests. It gives
// false for a wire that nobody registers for.
func Preset(name string) (grant.Client, bool) {
	if name == oneTimeDialect {
		return nobodys(), true
	}
	for _, w := range wire.Registering() {
		if w.Name == name {
			return preset(w), true
		}
	}
	return grant.Client{}, false
}

func preset(w *wire.Wire) grant.Client {
	clients, policy := w.Number.Clients, grant.StandardPolicy
	scopes := []string{grant.OpenID}
	if clients.Purpose != "" {
		scopes = append(scopes, clients.Purpose)
	}
	if w.Number.Reusable {
		policy = grant.KoneraPolicy
		scopes = append(scopes, grant.OfflineAccess)
	}
	for _, scope := range append(slices.Clone(w.Number.VerifyScopes), w.Number.ShareScopes...) {
		if !slices.Contains(scopes, scope) {
			scopes = append(scopes, scope)
		}
	}
	return grant.Client{
		Wire: w.Name, Method: grant.Method(clients.Method), Scopes: scopes, Types: types(policy),
		Policy: policy, RequirePKCE: clients.PKCE, RequirePurpose: clients.RequirePurpose,
	}
}

// nobodys is a client that asks in its own name, for what has no subscriber.
func nobodys() grant.Client {
	return grant.Client{
		Wire: oneTimeDialect, Method: grant.PrivateKeyJWT,
		Scopes: []string{wire.FraudPrevention, wire.ScopeOneTime},
		Types:  types(grant.OwnPolicy), Policy: grant.OwnPolicy,
	}
}

// Dialects names what clients are registered for.
func Dialects() []string {
	names := []string{oneTimeDialect}
	for _, w := range wire.Registering() {
		names = append(names, w.Name)
	}
	slices.Sort(names)
	return names
}

func dialects() string { return strings.Join(Dialects(), ", ") }

// policies are the token policies by name.
var policies = map[string]grant.Policy{
	"standard": grant.StandardPolicy, "konera": grant.KoneraPolicy, "own": grant.OwnPolicy,
}

// types gives every grant type that the policy allows.
func types(p grant.Policy) []grant.Type {
	if p == grant.OwnPolicy {
		return []grant.Type{grant.ClientCredentials}
	}
	all := []grant.Type{grant.AuthorizationCode, grant.CIBA, grant.JWTBearer}
	if p.RefreshLifetime > 0 {
		all = append(all, grant.RefreshToken)
	}
	return all
}
