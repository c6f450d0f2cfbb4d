package dynamo

import (
	"fmt"
	"net/netip"
	"strconv"

	"lineproof/shared/fault"
	"lineproof/shared/network"
)

// bucketPorts is how many ports of an IPv4 address share a place, about the block that carrier NAT gives a subscriber.
const bucketPorts = 1024

// maxBuckets is how many buckets a session is written to. One with more ports stands at the place of its address, as does
// one that has it alone: few such fit on one address, so few have to be read there.
const maxBuckets = 4

// levels are the lengths of the IPv6 prefixes that are places. A session stands at the longest that contains its own
// prefix; all subscribers of a mobile network have a /64 or are alone with their neighbours in a /56 or /48.
var levels = [...]int{64, 56, network.MinPrefix}

// placesOf gives the places at which a session has to stand so that each lookup for it finds it.
func placesOf(s network.Session) ([]placeKey, error) {
	addr := s.Prefix.Addr()
	switch {
	case addr.Is4() && s.Prefix.IsSingleIP():
		return portPlaces(addr, s.FirstPort, s.LastPort), nil
	case addr.Is6() && s.Prefix.Bits() >= network.MinPrefix:
		return []placeKey{prefixPlace(addr, levelOf(s.Prefix))}, nil
	}
	return nil, fmt.Errorf("dynamo: put session: %w", fault.In(fault.InvalidField, "address"))
}

func portPlaces(addr netip.Addr, first, last uint16) []placeKey {
	low, high := first/bucketPorts, last/bucketPorts
	if high-low >= maxBuckets {
		return []placeKey{addressPlace(addr)}
	}
	var places []placeKey
	for bucket := low; bucket <= high; bucket++ {
		places = append(places, bucketPlace(addr, bucket))
	}
	return places
}

func levelOf(p netip.Prefix) int {
	for _, level := range levels {
		if p.Bits() >= level {
			return level
		}
	}
	return network.MinPrefix
}

// placesFor gives the places that a lookup has to read: one or two for IPv4, three for IPv6.
func placesFor(at netip.AddrPort) []placeKey {
	addr := at.Addr()
	switch {
	case addr.Is4() && at.Port() == 0:
		return []placeKey{addressPlace(addr)}
	case addr.Is4():
		return []placeKey{bucketPlace(addr, at.Port()/bucketPorts), addressPlace(addr)}
	case addr.Is6():
		places := make([]placeKey, len(levels))
		for i, level := range levels {
			places[i] = prefixPlace(addr, level)
		}
		return places
	}
	return nil
}

func addressPlace(addr netip.Addr) placeKey { return placeKey(addr.String()) }

func bucketPlace(addr netip.Addr, bucket uint16) placeKey {
	return placeKey(addr.String() + "#" + strconv.Itoa(int(bucket)))
}

func prefixPlace(addr netip.Addr, level int) placeKey {
	return placeKey(netip.PrefixFrom(addr.WithZone(""), level).Masked().String())
}
