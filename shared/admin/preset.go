package admin

import (
	"maps"
	"slices"
	"strings"

	"lineproof/shared/grant"
)

// purpose is the one that all operators of number verification know.
const purpose = "dpv:FraudPreventionAndDetection"

// Scopes as the dialects spell them.
const (
	verify      = "number-verification:verify"
	share       = "number-verification:device-phone-number:read"
	oldVerify   = "number-verification-verify-read"
	oldShare    = "number-verification-share-read"
	readNumber  = "number-verification:read"
	wholeOrange = "number-verification"
)

// preset gives a client by what its dialect asks for.
func preset(method grant.Method, policy grant.Policy, scopes ...string) grant.Client {
	return grant.Client{
		Method:      method,
		Scopes:      append([]string{grant.OpenID}, scopes...),
		Types:       types(policy),
		Policy:      policy,
		RequirePKCE: true,
	}
}

func camara(scopes ...string) grant.Client {
	return preset(
		grant.PrivateKeyJWT,
		grant.StandardPolicy,
		append([]string{purpose}, scopes...)...)
}

// strictly has the purpose required, as CAMARA does since 2.0.
func strictly(c grant.Client) grant.Client {
	c.RequirePurpose = true
	return c
}

// unbound has PKCE optional, for SDKs that do not send it.
func unbound(c grant.Client) grant.Client {
	c.RequirePKCE = false
	return c
}

var presets = map[string]grant.Client{
	"camara-0.3.1": camara(oldVerify, oldShare),
	"camara-1":     camara(verify, share),
	"camara-2":     strictly(camara(verify, share)),
	"camara-wip":   strictly(camara(verify, share)),
	"telefonica":   camara(verify, readNumber),
	"orange":       camara(verify, share, wholeOrange),
	"vonage":       unbound(preset(grant.ApplicationJWT, grant.StandardPolicy, purpose, oldVerify)),
	"konera":       preset(grant.SecretPost, grant.KoneraPolicy, grant.OfflineAccess, verify),
}

// Preset gives what clients of a dialect are registered with unless their registration says
// otherwise: method, scopes, grant types, policy, and what is required of their requests. It gives
// false for a dialect that nobody registers for.
func Preset(dialect string) (grant.Client, bool) {
	c, known := presets[dialect]
	c.Wire = dialect
	c.Scopes, c.Types = slices.Clone(c.Scopes), slices.Clone(c.Types)
	return c, known
}

// Dialects names the presets.
func Dialects() []string { return slices.Sorted(maps.Keys(presets)) }

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
