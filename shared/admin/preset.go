package admin

import (
	"maps"
	"slices"
	"strings"

	"lineproof/shared/grant"
)

// preset is what clients of a dialect are registered with unless their registration says otherwise.
type preset struct {
	method        grant.Method
	scopes        []string
	policy        grant.Policy
	pkce, purpose bool
}

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

func camara(scopes ...string) preset {
	return preset{method: grant.PrivateKeyJWT, scopes: append([]string{grant.OpenID, purpose}, scopes...), policy: grant.StandardPolicy, pkce: true}
}

// strictly has the purpose required, as CAMARA does since 2.0.
func (p preset) strictly() preset {
	p.purpose = true
	return p
}

var presets = map[string]preset{
	"camara-0.3.1": camara(oldVerify, oldShare),
	"camara-1":     camara(verify, share),
	"camara-2":     camara(verify, share).strictly(),
	"camara-wip":   camara(verify, share).strictly(),
	"telefonica":   camara(verify, readNumber),
	"orange":       camara(verify, share, wholeOrange),
	"vonage": {
		method: grant.ApplicationJWT, scopes: []string{grant.OpenID, purpose, oldVerify}, policy: grant.StandardPolicy,
	},
	"konera": {
		method: grant.SecretPost, scopes: []string{grant.OpenID, grant.OfflineAccess, verify}, policy: grant.KoneraPolicy, pkce: true,
	},
}

// Dialects names the presets.
func Dialects() []string { return slices.Sorted(maps.Keys(presets)) }

func dialects() string { return strings.Join(Dialects(), ", ") }

// policies are the token policies by name.
var policies = map[string]grant.Policy{"standard": grant.StandardPolicy, "konera": grant.KoneraPolicy}

// types gives every grant type that the policy allows.
func types(p grant.Policy) []grant.Type {
	all := []grant.Type{grant.AuthorizationCode, grant.CIBA, grant.JWTBearer}
	if p.RefreshLifetime > 0 {
		all = append(all, grant.RefreshToken)
	}
	return all
}
