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

// maxBuckets is how many buckets a session's record is written to. One with more ports stands at the
// place of wide ones: few such fit on one address.
const maxBuckets = 4

// levels are the lengths of the IPv6 prefixes that are places. A session stands at the longest that contains its own
// prefix; all subscribers of a mobile network have a /64 or are alone with their neighbours in a /56 or /48.
var levels = [...]int{64, 56, network.MinPrefix}

// placesOf returns the places at which a session's record has to stand so that each lookup for it
// finds it.
func placesOf(s network.Session) ([]placeKey, error) {
	addr := s.Prefix.Addr()
	switch {
	case addr.Is4() && s.Prefix.IsSingleIP():
		return portPlaces(addr, s), nil
	case addr.Is6() && s.Prefix.Bits() >= network.MinPrefix:
		return []placeKey{prefixPlace(addr, levelOf(s.Prefix))}, nil
	}
	return nil, fmt.Errorf("dynamo: put session: %w", fault.In(fault.InvalidField, "address"))
}

func portPlaces(addr netip.Addr, s network.Session) []placeKey {
	switch {
	case s.HasAllPorts():
		return []placeKey{addressPlace(addr)}
	case isWide(s):
		return []placeKey{widePlace(addr)}
	}
	var places []placeKey
	for bucket := s.FirstPort / bucketPorts; bucket <= s.LastPort/bucketPorts; bucket++ {
		places = append(places, bucketPlace(addr, bucket))
	}
	return places
}

// recordPlace returns the first place of the record of a session that has ports of an IPv4 address.
func recordPlace(s network.Session) placeKey { return portPlaces(s.Prefix.Addr(), s)[0] }

// isWide tells whether a session has ports of too many buckets to stand in each.
func isWide(s network.Session) bool {
	return s.LastPort/bucketPorts-s.FirstPort/bucketPorts >= maxBuckets
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
