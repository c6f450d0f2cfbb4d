package dynamo

import (
	"fmt"
	"math"
	"net/netip"
	"strconv"

	"lineproof/shared/fault"
	"lineproof/shared/network"
)

// bucketPorts is how many ports of an IPv4 address share a place, about the block that carrier NAT gives a subscriber.
const bucketPorts = 1024

// maxBuckets is how many buckets a session is written to. One with more ports stands at the place
// of wide ones: few such fit on one address, so few have to be read there.
const maxBuckets = 4

// levels are the lengths of the IPv6 prefixes that are places. A session stands at the longest that contains its own
// prefix; all subscribers of a mobile network have a /64 or are alone with their neighbours in a /56 or /48.
var levels = [...]int{64, 56, network.MinPrefix}

// placesOf gives the places at which a session has to stand so that each lookup for it finds it.
// Every session of an IPv4 address stands at the place of the address as well, first, where it
// proves older ones over.
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
	places := []placeKey{addressPlace(addr)}
	switch {
	case first == 0 && last == math.MaxUint16: // over, once anything stands before it there
		return places
	case high-low >= maxBuckets:
		return append(places, widePlace(addr))
	}
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

// prefixPlaces gives the places of the prefixes that an IPv6 address lies in.
func prefixPlaces(addr netip.Addr) []placeKey {
	places := make([]placeKey, len(levels))
	for i, level := range levels {
		places[i] = prefixPlace(addr, level)
	}
	return places
}

func addressPlace(addr netip.Addr) placeKey { return placeKey(addr.String()) }

func widePlace(addr netip.Addr) placeKey { return placeKey(addr.String() + "#wide") }

func bucketPlace(addr netip.Addr, bucket uint16) placeKey {
	return placeKey(addr.String() + "#" + strconv.Itoa(int(bucket)))
}

func prefixPlace(addr netip.Addr, level int) placeKey {
	return placeKey(netip.PrefixFrom(addr.WithZone(""), level).Masked().String())
}
