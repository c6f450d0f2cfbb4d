package authserver

import (
	"net/http"
	"slices"

	"lineproof/shared/grant"
	"lineproof/shared/oauth"
	"lineproof/shared/token"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

// Seconds that clients may keep the metadata and the keys. A new key is published before it signs,
// for at least as long.
const (
	metadataAge = 3600
	jwksAge     = 300
)

// metadata is that of OpenID Connect Discovery 1.0 §3, RFC 8414 §2, CIBA Core §4 and RFC 9207 §3.
type metadata struct {
	Issuer                  string   `json:"issuer"`
	AuthorizationEndpoint   string   `json:"authorization_endpoint"`
	TokenEndpoint           string   `json:"token_endpoint"`
	BackchannelEndpoint     string   `json:"backchannel_authentication_endpoint"`
	RevocationEndpoint      string   `json:"revocation_endpoint"`
	JWKSURI                 string   `json:"jwks_uri"`
	ScopesSupported         []string `json:"scopes_supported"`
	ResponseTypes           []string `json:"response_types_supported"`
	ResponseModes           []string `json:"response_modes_supported"`
	GrantTypes              []string `json:"grant_types_supported"`
	SubjectTypes            []string `json:"subject_types_supported"`
	IDTokenAlgs             []string `json:"id_token_signing_alg_values_supported"`
	TokenAuthMethods        []string `json:"token_endpoint_auth_methods_supported"`
	TokenAuthAlgs           []string `json:"token_endpoint_auth_signing_alg_values_supported"`
	RevocationAuthMethods   []string `json:"revocation_endpoint_auth_methods_supported"`
	RevocationAuthAlgs      []string `json:"revocation_endpoint_auth_signing_alg_values_supported"`
	RequestObjectAlgs       []string `json:"request_object_signing_alg_values_supported"`
	BackchannelRequestAlgs  []string `json:"backchannel_authentication_request_signing_alg_values_supported"`
	BackchannelModes        []string `json:"backchannel_token_delivery_modes_supported"`
	BackchannelUserCode     bool     `json:"backchannel_user_code_parameter_supported"`
	ClaimsSupported         []string `json:"claims_supported"`
	PromptValues            []string `json:"prompt_values_supported"`
	ChallengeMethods        []string `json:"code_challenge_methods_supported"`
	RequestParameter        bool     `json:"request_parameter_supported"`
	RequestURIParameter     bool     `json:"request_uri_parameter_supported"`
	ClaimsParameter         bool     `json:"claims_parameter_supported"`
	AuthorizationResponseIs bool     `json:"authorization_response_iss_parameter_supported"`
}

// Discovery serves the metadata and the public keys: those of our tokens, and those by which
// upstreams authenticate us.
func Discovery(p DiscoveryPorts) web.Endpoint {
	verifier := p.Verifier()
	described := describeServer(verifier.Name)
	keys := &keySet{tokens: verifier.Ring, upstreams: p.Upstreams(), now: p.Now}
	return func(r *http.Request) (any, error) {
		if web.Route(r).Path == oauth.JWKSPath {
			return keys.serve(r)
		}
		return web.Cached(described, metadataAge), nil
	}
}

func describeServer(issuer string) metadata {
	methods := []string{
		string(grant.PrivateKeyJWT), string(grant.SecretBasic), string(grant.SecretPost),
	}
	signed := []string{token.ES256, token.RS256, token.PS256}
	return metadata{
		Issuer:                 issuer,
		AuthorizationEndpoint:  issuer + oauth.AuthorizePath,
		TokenEndpoint:          issuer + oauth.TokenPath,
		BackchannelEndpoint:    issuer + oauth.BackchannelPath,
		RevocationEndpoint:     issuer + oauth.RevokePath,
		JWKSURI:                issuer + oauth.JWKSPath,
		ScopesSupported:        scopes(),
		ResponseTypes:          []string{"code"},
		ResponseModes:          []string{"query"},
		GrantTypes:             grantTypes(),
		SubjectTypes:           []string{"pairwise"},
		IDTokenAlgs:            []string{token.ES256, token.RS256},
		TokenAuthMethods:       methods,
		TokenAuthAlgs:          signed,
		RevocationAuthMethods:  methods,
		RevocationAuthAlgs:     signed,
		RequestObjectAlgs:      signed,
		BackchannelRequestAlgs: signed,
		BackchannelModes:       []string{"poll"},
		ClaimsSupported: []string{
			"iss",
			"sub",
			"aud",
			"exp",
			"iat",
			"auth_time",
			"nonce",
			"amr",
			"at_hash",
		},
		PromptValues:            []string{"none"},
		ChallengeMethods:        []string{"S256"},
		RequestParameter:        true,
		AuthorizationResponseIs: true,
	}
}

// scopes returns every scope that some wire opens an operation with.
func scopes() []string {
	all := []string{grant.OpenID, grant.OfflineAccess, wire.FraudPrevention}
	all = append(append(all, wire.VerifyScopes()...), wire.ShareScopes()...)
	all = append(all, wire.ClientScopes()...)
	slices.Sort(all)
	return slices.Compact(all)
}

// grantTypes returns those that the token endpoint knows.
func grantTypes() []string {
	return []string{
		string(grant.AuthorizationCode), string(grant.CIBA), string(grant.JWTBearer),
		string(grant.RefreshToken), string(grant.ClientCredentials),
	}
}
