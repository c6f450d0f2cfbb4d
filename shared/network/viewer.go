package network

import (
	"net/http"
	"net/netip"
	"strings"
)

// The headers that CloudFront adds to what it forwards.
const (
	// ViewerHeader is CloudFront's own: the client's address and port, joined by a colon, IPv6
	// without brackets.
	ViewerHeader = "CloudFront-Viewer-Address"
	// OriginHeader is the custom origin header that holds a secret which only the distribution and
	// we share. Without it anybody could call past CloudFront, or through a distribution of their
	// own, with a ViewerHeader of their choice.
	OriginHeader = "X-Origin-Secret"
)

// ClientAddress gives where a request came from: remote, which is address:port as net/http has it
// or a bare address as API Gateway does; or, when the request proves by an origin secret that it
// came through CloudFront, the address and port that CloudFront saw. IPv4 comes unmapped and zones
// are dropped; a port that nobody told is 0; the address is invalid when nobody told it. Every
// other header that names an address, X-Forwarded-For first, is the client's to write and is not
// read.
func ClientAddress(remote string, header http.Header, cloudFront Keys) netip.AddrPort {
	if hold(cloudFront, only(header, OriginHeader)) {
		return parseViewer(only(header, ViewerHeader))
	}
	return parseAddress(remote)
}

// parseAddress reads an address, whose port is then 0, or address:port with IPv6 in brackets.
// Anything else is invalid.
func parseAddress(text string) netip.AddrPort {
	if at, err := netip.ParseAddrPort(text); err == nil {
		return plainPort(at)
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(plain(addr), 0)
}

// parseViewer reads address:port with IPv6 in brackets or, as CloudFront writes it, without: the
// last colon ends the address. Anything else, an address alone too, is invalid.
func parseViewer(text string) netip.AddrPort {
	colon := max(strings.LastIndexByte(text, ':'), 0)
	host, port := text[:colon], text[colon:]
	if strings.Contains(host, ":") && host[0] != '[' {
		host = "[" + host + "]"
	}
	at, err := netip.ParseAddrPort(host + port)
	if err != nil {
		return netip.AddrPort{}
	}
	return plainPort(at)
}

// plain gives the address as sessions and signatures have it: IPv4 as such, no zone.
func plain(addr netip.Addr) netip.Addr { return addr.Unmap().WithZone("") }

func plainPort(at netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(plain(at.Addr()), at.Port())
}

// ConnectionOf returns where a request came from. It trusts CloudFront's viewer address when the
// request proves with one of the origin secrets that CloudFront sent it, and a TLS client
// certificate that net/http verified.
func ConnectionOf(r *http.Request, origin Keys) Connection {
	at := ClientAddress(r.RemoteAddr, r.Header, origin)
	c := Connection{Address: at, Header: r.Header}
	if r.TLS != nil && len(r.TLS.VerifiedChains) > 0 {
		c.Certificate = FingerprintDER(r.TLS.PeerCertificates[0].Raw)
	}
	return c
}
