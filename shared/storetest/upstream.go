package storetest

import (
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/upstream"
)

// everyUpstream gives an upstream with every field set.
func everyUpstream(name string) upstream.Upstream {
	yes, no := true, false
	return upstream.Upstream{
		Name: name, Profile: "camara", ClientID: "client", Secret: "secret", Sandbox: true,
		Until: now.Add(time.Hour), Ended: true, DailyLimit: 1000, RefuseMoved: true,
		Keys: []upstream.Key{
			{ID: "next", JWK: `{"kid":"next"}`, From: now.Add(time.Hour)},
			{ID: "active", JWK: `{"kid":"active"}`, From: now},
		},
		Terms: upstream.Terms{
			Issuer: "https://a.example", JWKS: "https://a.example/jwks", Authorization: "https://a.example/authorize",
			Token:       "https://a.example/token",
			Backchannel: "https://a.example/bc", OperatorTokens: upstream.ByAssertion,
			Verify: "https://a.example/verify", Share: "https://a.example/share",
			Hosts:  []string{"b.example"},
			Method: grant.SecretBasic, ScopeVerify: "verify", ScopeShare: "share",
			Purposes: []string{"dpv:Fraud"}, AMR: grant.NetworkBased,
			Can: upstream.Can{
				PKCE: &yes, Plus: &no, Hashed: &yes, Hashing: upstream.HashDigits, Compare: &no,
				AdvertisesIssuer: &no,
			},
		},
		Eligible: upstream.Eligible{
			Countries: []string{"GB"}, Prefixes: []string{"44"}, Networks: []string{"23415"},
			Addresses: []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}, Default: true,
		},
	}
}

// Upstreams holds a store to the promises of upstream.Registry. It may hold those of other tests.
func Upstreams(t *testing.T, s upstream.Registry) {
	wantEveryField(t, func() upstream.Upstream { u := everyUpstream("a"); u.Revision = 1; return u }())
	put := func(t *testing.T, u upstream.Upstream) upstream.Upstream {
		t.Helper()
		if err := s.Put(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		u.Revision++
		return u
	}
	want := func(t *testing.T, want upstream.Upstream) {
		t.Helper()
		all, err := s.Upstreams(t.Context())
		i := slices.IndexFunc(all, func(u upstream.Upstream) bool { return u.Name == want.Name })
		if err != nil || i < 0 || !reflect.DeepEqual(all[i], want) {
			t.Errorf("stands as %+v, %v, want %+v", all, err, want)
		}
	}
	t.Run("every field and none", func(t *testing.T) {
		t.Parallel()
		want(t, put(t, everyUpstream(unique())))
		want(t, put(t, upstream.Upstream{Name: unique()}))
	})
	t.Run("replaced", func(t *testing.T) {
		t.Parallel()
		u := put(t, everyUpstream(unique()))
		u.Ended, u.Countries = false, nil
		u = put(t, u)
		want(t, u)
		for _, revision := range []int64{0, 3} {
			stale := upstream.Upstream{Name: u.Name, Revision: revision}
			if err := s.Put(t.Context(), stale); !fault.Is(err, fault.Changed) {
				t.Errorf("written over: %v", err)
			}
		}
		want(t, u)
	})
	t.Run("race", func(t *testing.T) {
		t.Parallel()
		name := unique()
		wantOneWinner(t, fault.New(fault.Changed), func(i int) error {
			return s.Put(t.Context(), upstream.Upstream{Name: name, ClientID: strconv.Itoa(i)})
		})
	})
}
