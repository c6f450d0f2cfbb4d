package grant

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Redirects tells whether uri is registered, byte for byte (RFC 9700 §2.1). Of http on a loopback
// address the port may be another one, which a native client only learns when it runs (RFC 8252
// §7.3). The name localhost is no address (§8.3): it can mean another host.
func (c Client) Redirects(uri string) bool {
	host, rest := loopback(uri)
	return uri != "" && slices.ContainsFunc(c.RedirectURIs, func(registered string) bool {
		if registered == uri {
			return true
		}
		sameHost, sameRest := loopback(registered)
		return host != "" && host == sameHost && rest == sameRest
	})
}

// loopback returns an http URI's loopback address and what follows the port; two empty strings for
// any other URI. It takes the text apart, as a parser could read two different texts as one.
func loopback(uri string) (host, rest string) {
	authority, isHTTP := strings.CutPrefix(uri, "http://")
	if end := strings.IndexAny(authority, "/?#"); end >= 0 {
		authority, rest = authority[:end], authority[end:]
	}
	host = authority
	if colon := strings.LastIndexByte(authority, ':'); colon > strings.IndexByte(authority, ']') {
		host = authority[:colon]
		if _, err := strconv.ParseUint(authority[colon+1:], 10, 16); err != nil {
			return "", ""
		}
	}
	address, err := netip.ParseAddr(strings.Trim(host, "[]"))
	if !isHTTP || err != nil || !address.IsLoopback() ||
		strings.HasPrefix(host, "[") == address.Is4() {
		return "", ""
	}
	return host, rest
}
