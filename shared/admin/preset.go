package admin

import (
	"slices"
	"strings"

	"lineproof/shared/grant"
	"lineproof/shared/wire"
)

// Preset gives what clients of a wire are registered with unless their registration says
// otherwise: method, scopes, grant types, policy, and what is required of their requests. It gives
// false for a wire that nobody registers for.
func Preset(name string) (grant.Client, bool) {
	for _, w := range wire.Wires() {
		if w.Name == name && w.Number.Clients.Method != "" {
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

// Dialects names the wires that clients are registered for.
func Dialects() []string {
	var names []string
	for _, w := range wire.Wires() {
		if w.Number.Clients.Method != "" {
			names = append(names, w.Name)
		}
	}
	return names
}

func dialects() string { return strings.Join(Dialects(), ", ") }

// policies are the token policies by name.
var policies = map[string]grant.Policy{
	"standard": grant.StandardPolicy,
	"konera":   grant.KoneraPolicy,
}

// types gives every grant type that the policy allows.
func types(p grant.Policy) []grant.Type {
	all := []grant.Type{grant.AuthorizationCode, grant.CIBA, grant.JWTBearer}
	if p.RefreshLifetime > 0 {
		all = append(all, grant.RefreshToken)
	}
	return all
}
