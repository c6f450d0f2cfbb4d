package dynamo_test

import (
	"net/netip"
	"testing"
	"time"

	"lineproof/shared/grant"
	"lineproof/shared/upstream"
)

func keptUpstreams(version int) []any {
	yes, no := true, false
	daily, jwks, hashing := int64(1_000_000), "https://op.example/jwks", upstream.HashDigits
	backchannel, vouching := "https://op.example/bc-authorize", upstream.ByBackchannel
	keys := []upstream.Key{
		{ID: "next", JWK: `{"kid":"next<&>"}`, From: keptNow.Add(time.Hour)},
		{ID: "active", JWK: `{"kid":"active"}`, From: keptNow},
	}
	if version < 2 {
		daily, jwks, hashing, keys, backchannel, vouching = 0, "", "", nil, "", ""
	}
	return anys(
		upstream.Upstream{Name: "bare", Profile: "konera", Revision: 1},
		upstream.Upstream{
			Name: "operator", Profile: "camara", ClientID: "ours<&>", Secret: "operator", Sandbox: true,
			DailyLimit: daily, RefuseMoved: version > 1, Until: keptNow, Ended: true, Revision: 2, Keys: keys,
			Terms: upstream.Terms{
				Issuer: "https://op.example", JWKS: jwks, Authorization: "https://op.example/authorize?a&b",
				Token:       "https://op.example/token",
				Backchannel: backchannel, OperatorTokens: vouching,
				Verify: "https://op.example/verify", Share: "https://op.example/device-phone-number",
				Hosts: []string{"check.example"}, Method: grant.PrivateKeyJWT, ScopeVerify: "openid {purpose} verify",
				ScopeShare: "openid {purpose} share", Purposes: []string{"dpv:FraudPreventionAndDetection"},
				AMR: grant.NetworkBased, Can: upstream.Can{
					PKCE: &yes, Plus: &no, Hashed: &yes, Hashing: hashing, Compare: &no,
					AdvertisesIssuer: &no,
				},
			},
			Eligible: upstream.Eligible{
				Countries: []string{"DE", "GB"}, Prefixes: []string{"4915"}, Networks: []string{"26202"},
				Addresses: []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}, Default: true,
			},
		},
	)
}

func writeUpstreams(t *testing.T, s *stores) {
	t.Helper()
	for _, u := range as[upstream.Upstream](keptUpstreams(latest)) {
		last := u.Revision
		for u.Revision = range last {
			noError(t, s.upstreams.Put(t.Context(), u))
		}
	}
}

func readUpstreams(t *testing.T, s *stores) []any {
	t.Helper()
	all, err := s.upstreams.Upstreams(t.Context())
	noError(t, err)
	return anys(all...)
}
