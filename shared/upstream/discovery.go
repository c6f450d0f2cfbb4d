package upstream

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"lineproof/shared/outbound"
)

// metadata is what an authorization server publishes of itself (OpenID Connect Discovery §3, RFC
// 8414 §2). It moves nothing: what is called is what the record says.
type metadata struct{ members map[string]json.RawMessage }

// text returns a member that is a string; empty for any other.
func (m metadata) text(name string) string { return text(m.members, name) }

// list returns a member that is a list of strings, and whether it is there.
func (m metadata) list(name string) (all []string, there bool) {
	raw, there := m.members[name]
	_ = json.Unmarshal(raw, &all) // another type is none
	return all, there
}

// yes returns a member that is a boolean; false for any other.
func (m metadata) yes(name string) bool { return string(m.members[name]) == "true" }

// wellKnown returns where an issuer's metadata may stand (OpenID Connect Discovery §4.1, RFC 8414
// §3.1), in the order of asking.
func wellKnown(issuer string) []string {
	u, err := url.Parse(issuer)
	if err != nil {
		return nil
	}
	path := strings.TrimSuffix(u.Path, "/")
	oauth := *u
	u.Path, oauth.Path = path+"/.well-known/openid-configuration",
		"/.well-known/oauth-authorization-server"+path
	return []string{u.String(), oauth.String()}
}

// documentWithin is how long a document may take.
const documentWithin = 3 * time.Second

// document gets a document; with Match it is there.
func document(
	ctx context.Context, d Doer, address string, header http.Header,
) (answer, Outcome) {
	a, o, _ := call(ctx, d, documentWithin, func(ctx context.Context) (*http.Request, error) {
		return request(ctx, http.MethodGet, address, header, "", "")
	})
	if o == Match && a.status != http.StatusOK {
		o = Malformed
	}
	return a, o
}

// knows tells whether an address is at a host of the record's own: of its issuer, authorization or
// token endpoint.
func (p Peer) knows(address string) bool {
	u, err := outbound.Address(address)
	if err != nil {
		return false
	}
	for _, own := range []string{p.Issuer, p.Authorization, p.Token} {
		if o, err := outbound.Address(own); err == nil && o.Scheme == u.Scheme && o.Host == u.Host {
			return true
		}
	}
	return false
}

// lifetime returns how long a document is kept: its max-age (RFC 9111 §5.2.2.1), within bounds.
func lifetime(header http.Header) time.Duration {
	for directive := range strings.SplitSeq(header.Get("Cache-Control"), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		seconds, err := strconv.ParseUint(strings.Trim(value, `"`), 10, 32)
		if strings.EqualFold(name, "max-age") && err == nil {
			return min(max(time.Duration(seconds)*time.Second, minKept), maxKept)
		}
	}
	return minKept
}
