package network_test

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/network"
)

func TestSessions(t *testing.T) {
	t.Parallel()
	one, two, three := number(t, "+34600000001"), number(t, "+34600000002"), number(t, "+34600000003")
	end := noon.Add(time.Hour)
	held := &directory{sessions: []network.Session{
		{Prefix: netip.MustParsePrefix("203.0.113.7/32"), FirstPort: 1024, LastPort: 2047, Number: one, Start: noon, End: end},
		{Prefix: netip.MustParsePrefix("203.0.113.8/32"), LastPort: 65535, Number: two, Start: noon, End: end},
		{Prefix: netip.MustParsePrefix("2001:db8:0:7::/64"), LastPort: 65535, Number: three, Start: noon, End: end},
	}}
	for name, test := range map[string]struct {
		at   netip.AddrPort
		now  time.Time
		want network.Subscriber
	}{
		"behind NAT, first port":       {address("203.0.113.7:1024"), noon, network.Subscriber{Number: one, AMR: network.NetworkBased}},
		"behind NAT, last port":        {address("203.0.113.7:2047"), noon, network.Subscriber{Number: one, AMR: network.NetworkBased}},
		"behind NAT, port below":       {at: address("203.0.113.7:1023"), now: noon},
		"behind NAT, port above":       {at: address("203.0.113.7:2048"), now: noon},
		"behind NAT, port unknown":     {at: address("203.0.113.7:0"), now: noon},
		"alone, port unknown":          {address("203.0.113.8:0"), noon, network.Subscriber{Number: two, AMR: network.NetworkBased}},
		"alone, any port":              {address("203.0.113.8:1"), noon, network.Subscriber{Number: two, AMR: network.NetworkBased}},
		"mapped":                       {address("[::ffff:203.0.113.8]:1"), noon, network.Subscriber{Number: two, AMR: network.NetworkBased}},
		"another address":              {at: address("203.0.113.9:1"), now: noon},
		"prefix":                       {address("[2001:db8:0:7::99]:0"), noon, network.Subscriber{Number: three, AMR: network.NetworkBased}},
		"prefix, zone":                 {address("[2001:db8:0:7::99%eth0]:0"), noon, network.Subscriber{Number: three, AMR: network.NetworkBased}},
		"another prefix":               {at: address("[2001:db8:0:8::99]:0"), now: noon},
		"before its start":             {at: address("203.0.113.8:0"), now: noon.Add(-time.Nanosecond)},
		"just before its end":          {address("203.0.113.8:0"), end.Add(-time.Nanosecond), network.Subscriber{Number: two, AMR: network.NetworkBased}},
		"at its end":                   {at: address("203.0.113.8:0"), now: end},
		"nobody told where it is from": {now: noon},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resolver := network.Sessions{Directory: held, Now: clock(test.now)}
			got, err := resolver.Resolve(t.Context(), network.Connection{Address: test.at})
			if got != test.want || (test.want.AMR == "") != errors.Is(err, network.ErrUnresolved) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

func TestSessionsGiveTheDirectorysError(t *testing.T) {
	t.Parallel()
	resolver := network.Sessions{Directory: &directory{err: fault.New(fault.Unavailable)}, Now: clock(noon)}
	_, err := resolver.Resolve(t.Context(), network.Connection{Address: address("203.0.113.8:0")})
	if fault.Of(err) != fault.Unavailable || errors.Is(err, network.ErrUnresolved) {
		t.Errorf("got %v", err)
	}
}

func TestSessionsAskNobodyAboutNoAddress(t *testing.T) {
	t.Parallel()
	resolver := network.Sessions{Directory: &directory{err: fault.New(fault.Internal)}, Now: clock(noon)}
	if _, err := resolver.Resolve(t.Context(), network.Connection{}); !errors.Is(err, network.ErrUnresolved) {
		t.Errorf("got %v", err)
	}
}
