package nexmo

import "net/netip"

// parseAddress reads an IP address without a zone; an IPv4 address within IPv6 is IPv4.
func parseAddress(text string) (netip.Addr, bool) {
	address, err := netip.ParseAddr(text)
	return address.Unmap(), err == nil && address.Zone() == ""
}
