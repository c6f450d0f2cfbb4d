package outbound

import (
	"context"
	"net/netip"
	"syscall"
)

// Guard keeps connections to addresses that others chose from this network's own. It judges each
// address that is dialled, after names are resolved, so no name can lead elsewhere between a look
// and a connection. The zero Guard allows public addresses alone.
type Guard struct {
	// Loopback allows this machine's own addresses too, for the local program.
	Loopback bool
}

// Control is a net.Dialer's ControlContext.
func (g Guard) Control(_ context.Context, _, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || !g.Allows(to.Addr()) {
		return ErrForbidden
	}
	return nil
}

// Allows tells whether an address may be dialled: one that is globally reachable by the registries
// of special-purpose addresses (RFC 6890), and leads to no other than itself. An IPv4 address in
// IPv6's form is judged as what it is.
func (g Guard) Allows(a netip.Addr) bool {
	a = a.WithZone("").Unmap()
	if g.Loopback && a.IsLoopback() {
		return true
	}
	if a.Is6() && !unicast6.Contains(a) {
		return false
	}
	for _, special := range special {
		if special.Contains(a) {
			return false
		}
	}
	return a.IsValid()
}

// unicast6 is all of IPv6 that is given to networks (RFC 4291 §2.4). Loopback, link-local and
// unique-local addresses, of which fd00:ec2::254 tells EC2's credentials, multicast and the
// translation of IPv4 (64:ff9b::/96, 64:ff9b:1::/48) are outside.
var unicast6 = netip.MustParsePrefix("2000::/3")

// special is what of the rest is not public: IANA's registries of special-purpose addresses for
// IPv4 and IPv6, without what they call globally reachable, and the tunnels to IPv4 whole.
var special = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24",
	"224.0.0.0/4", "240.0.0.0/4", // multicast; reserved, with the broadcast address
	"2001::/23",                  // protocols, with Teredo (2001::/32) and benchmarks (2001:2::/48)
	"2001:db8::/32", "3fff::/20", // documentation
	"2002::/16", // 6to4
)

func prefixes(texts ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		all[i] = netip.MustParsePrefix(text)
	}
	return all
}
