package dynamo

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/upstream"
)

// upstreamMembers is an upstream as upstreamRecord holds it.
type upstreamMembers struct {
	Profile     string            `json:"profile"`
	ClientID    string            `json:"client,omitempty"`
	SecretName  string            `json:"named,omitempty"`
	Sandbox     bool              `json:"sandbox,omitempty"`
	Until       time.Time         `json:"until,omitzero"`
	Ended       bool              `json:"ended,omitempty"`
	Issuer      string            `json:"issuer,omitempty"`
	Authorize   string            `json:"authorization,omitempty"`
	Token       string            `json:"token,omitempty"`
	Verify      string            `json:"verify,omitempty"`
	Share       string            `json:"share,omitempty"`
	Method      grant.Method      `json:"method,omitempty"`
	ScopeVerify string            `json:"scopeVerify,omitempty"`
	ScopeShare  string            `json:"scopeShare,omitempty"`
	Purposes    []string          `json:"purposes,omitempty"`
	AMR         grant.AMR         `json:"amr,omitempty"`
	PKCE        *bool             `json:"pkce,omitempty"`
	Plus        *bool             `json:"plus,omitempty"`
	Hashed      *bool             `json:"hashed,omitempty"`
	Hashing     string            `json:"hashing,omitempty"`
	Compare     *bool             `json:"compare,omitempty"`
	Advertises  *bool             `json:"iss,omitempty"`
	Countries   []string          `json:"countries,omitempty"`
	Prefixes    []string          `json:"prefixes,omitempty"`
	Networks    []string          `json:"networks,omitempty"`
	Addresses   []netip.Prefix    `json:"addresses,omitempty"`
	Default     bool              `json:"default,omitempty"`
	Hosts       []string          `json:"hosts,omitempty"`
	DailyLimit  int64             `json:"daily,omitempty"`
	JWKS        string            `json:"jwks,omitempty"`
	Backchannel string            `json:"backchannel,omitempty"`
	Vouching    upstream.Vouching `json:"operatorTokens,omitempty"`
	RefuseMoved bool              `json:"refuseMoved,omitempty"`
	Keys        []upstreamKey     `json:"keys,omitempty"`
}

// upstreamKey is an upstream.Key as upstreamRecord holds it.
type upstreamKey struct {
	ID   string    `json:"kid"`
	JWK  string    `json:"jwk"`
	From time.Time `json:"from"`
}

// encodeUpstream returns the item of an upstream as it stands after its next write.
func encodeUpstream(u upstream.Upstream) (item, error) {
	record, err := json.Marshal(upstreamMembers{
		Profile: u.Profile, ClientID: u.ClientID, SecretName: u.Secret, Sandbox: u.Sandbox,
		Until: u.Until.UTC(), Ended: u.Ended,
		Issuer: u.Issuer, Authorize: u.Authorization, Token: u.Token,
		Verify: u.Verify, Share: u.Share, Method: u.Method, ScopeVerify: u.ScopeVerify,
		ScopeShare: u.ScopeShare, Purposes: u.Purposes, AMR: u.AMR,
		PKCE: u.PKCE, Plus: u.Plus, Hashed: u.Hashed, Hashing: string(u.Hashing),
		Compare:    u.Compare,
		Advertises: u.AdvertisesIssuer,
		Countries:  u.Countries, Prefixes: u.Prefixes, Networks: u.Networks,
		Addresses: u.Addresses, Default: u.Default, Hosts: u.Hosts, JWKS: u.JWKS,
		DailyLimit: u.DailyLimit, RefuseMoved: u.RefuseMoved,
		Backchannel: u.Backchannel, Vouching: u.OperatorTokens,
		Keys: converted(u.Keys, func(k upstream.Key) upstreamKey { return upstreamKey(k) }),
	})
	if err != nil {
		return nil, fmt.Errorf("dynamo: encode upstream: %w", fault.New(fault.Internal))
	}
	return item{
		upstreamID: text(u.Name), upstreamRecord: text(string(record)),
		upstreamRevision: integer(u.Revision + 1),
	}, nil
}

// decodeUpstream gives the upstream of an item.
func decodeUpstream(it item) (upstream.Upstream, error) {
	d := &decoder{item: it}
	var m upstreamMembers
	if json.Unmarshal([]byte(d.text(upstreamRecord)), &m) != nil {
		d.fail(upstreamRecord)
	}
	u := upstream.Upstream{
		Name: d.text(upstreamID), Profile: m.Profile, ClientID: m.ClientID, Secret: m.SecretName,
		Sandbox: m.Sandbox, Until: m.Until, Ended: m.Ended,
		DailyLimit: m.DailyLimit, RefuseMoved: m.RefuseMoved,
		Revision: d.integer(upstreamRevision),
		Keys:     converted(m.Keys, func(k upstreamKey) upstream.Key { return upstream.Key(k) }),
		Terms: upstream.Terms{
			Issuer: m.Issuer, JWKS: m.JWKS, Authorization: m.Authorize, Token: m.Token,
			Backchannel: m.Backchannel, OperatorTokens: m.Vouching,
			Verify: m.Verify, Share: m.Share, Method: m.Method,
			ScopeVerify: m.ScopeVerify, ScopeShare: m.ScopeShare, Purposes: m.Purposes, AMR: m.AMR,
			Hosts: m.Hosts,
			Can: upstream.Can{
				PKCE: m.PKCE, Plus: m.Plus, Hashed: m.Hashed, Hashing: upstream.Hashing(m.Hashing),
				Compare:          m.Compare,
				AdvertisesIssuer: m.Advertises,
			},
		},
		Eligible: upstream.Eligible{
			Countries: m.Countries, Prefixes: m.Prefixes, Networks: m.Networks,
			Addresses: m.Addresses, Default: m.Default,
		},
	}
	return u, d.err()
}

// converted returns a list in another form; none of none.
func converted[A, B any](list []A, form func(A) B) []B {
	var all []B
	for _, one := range list {
		all = append(all, form(one))
	}
	return all
}
