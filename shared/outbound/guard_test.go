package outbound_test

import (
	"net/netip"
	"testing"

	"lineproof/shared/outbound"
)

func TestGuard(t *testing.T) {
	t.Parallel()
	for address, allowed := range map[string]bool{
		"1.1.1.1": true, "8.8.8.8": true, "9.255.255.255": true, "11.0.0.0": true,
		"100.63.255.255": true, "100.128.0.0": true, "172.15.255.255": true, "172.32.0.0": true,
		"169.253.255.255": true, "192.0.1.0": true, "192.167.255.255": true, "192.169.0.0": true,
		"198.17.255.255": true, "198.20.0.0": true, "223.255.255.255": true, "52.95.110.1": true,
		"192.31.196.1": true, // AS112: globally reachable
		"2606:4700::1": true, "2a00:1450:4001::200e": true, "2001:200::1": true, "2620:4f:8000::1": true,
		"::ffff:8.8.8.8": true, "3ffe:ffff::1": true,

		"0.0.0.0": false, "0.1.2.3": false, "10.0.0.1": false, "10.255.255.255": false,
		"100.64.0.0": false, "100.127.255.255": false, "127.0.0.1": false, "127.255.255.254": false,
		"169.254.0.1": false, "169.254.169.254": false, "169.254.170.2": false,
		"172.16.0.1": false, "172.31.255.255": false, "192.0.0.170": false, "192.0.2.1": false,
		"192.88.99.1": false, "192.168.1.1": false, "198.18.0.1": false, "198.19.255.255": false,
		"198.51.100.7": false, "203.0.113.9": false, "224.0.0.1": false, "239.255.255.255": false,
		"240.0.0.1": false, "255.255.255.255": false,

		"::": false, "::1": false, "::7f00:1": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false,
		"::ffff:169.254.169.254": false, "64:ff9b::a9fe:a9fe": false, "64:ff9b::808:808": false,
		"64:ff9b:1::1": false, "100::1": false, "100:0:0:1::1": false, "5f00::1": false,
		"2001::1": false, "2001:0:7f00:1::": false, "2001:2::1": false, "2001:10::1": false,
		"2001:20::1": false, "2001:1ff:ffff::1": false, "2001:db8::1": false, "3fff:fff::1": false,
		"2002:a9fe:a9fe::1": false, "2002:808:808::1": false, "2002:7f00:1::1": false,
		"fc00::1": false, "fd00:ec2::254": false, "fd12:3456::1": false, "fe80::1": false,
		"fe80::1%eth0": false, "fec0::1": false, "ff02::1": false, "ff0e::1": false, "4000::1": false,
	} {
		a := netip.MustParseAddr(address)
		if got := (outbound.Guard{}).Allows(a); got != allowed {
			t.Errorf("%s allowed: %v", address, got)
		}
		local := outbound.Guard{Loopback: true}
		if got := local.Allows(a); got != (allowed || a.Unmap().IsLoopback()) {
			t.Errorf("%s allowed locally: %v", address, got)
		}
		err := outbound.Guard{}.Control(t.Context(), "tcp", netip.AddrPortFrom(a, 443).String(), nil)
		if (err == nil) != allowed {
			t.Errorf("dial %s: %v", address, err)
		}
	}
	if (outbound.Guard{Loopback: true}).Allows(netip.Addr{}) {
		t.Error("no address is allowed")
	}
	for _, address := range []string{"", "8.8.8.8", "example.com:443", "/run/socket"} {
		if (outbound.Guard{}).Control(t.Context(), "tcp", address, nil) == nil {
			t.Errorf("dialled %q", address)
		}
	}
}
